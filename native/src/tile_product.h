#pragma once
// Products of small matrices that lie in the caches, for operations that make and use up their operands tile by tile,
// where a call into a BLAS would cost as much as the product. One thread; sums in float32.
//
// Operands consist of cells of 32 bits: a float32, or, in the format BfloatPairs, two bfloat16 numbers that follow one
// another along the depth.

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <cstdint>

#include "lanes.h"

namespace ldm {

// Columns of a right-hand side that are packed together, row after row, to be read in order.
constexpr int64_t kPanel = 2 * kLanes;

inline int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Cells of one float32.
struct Floats {
  static constexpr int64_t kPerCell = 1;
  static void addProduct(Lanes& sum, float cell, const Lanes& row) { sum += cell * row; }
};

#ifdef __AVX512BF16__
// Cells of two bfloat16 numbers, multiplied and added by the processor's dot-product instruction.
struct BfloatPairs {
  static constexpr int64_t kPerCell = 2;
  static void addProduct(Lanes& sum, float cell, const Lanes& row) {
    const __m512 a = _mm512_set1_ps(cell);
    sum = (Lanes)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)row);
  }
};
#endif

// Runs `f(Format())` for the cells that products of such numbers take.
template <class F>
inline void inCellsOf([[maybe_unused]] c10::ScalarType type, F f) {
#ifdef __AVX512BF16__
  if (type == c10::ScalarType::BFloat16) return f(BfloatPairs());
#endif
  f(Floats());
}

// How many cells hold `count` numbers.
template <class Format>
inline int64_t cellsOf(int64_t count) {
  return divideUp(count, Format::kPerCell);
}

// Makes float32 numbers [rows, columns], whose rows are `stride` apart, to cells [rows, columns / kPerCell] of
// neighbours in a row, in place. `columns` is a multiple of kLanes.
template <class Format>
inline void packAlongRows([[maybe_unused]] float* x, [[maybe_unused]] int64_t rows, [[maybe_unused]] int64_t columns,
                          [[maybe_unused]] int64_t stride) {
  if constexpr (Format::kPerCell > 1) {
    for (int64_t row = 0; row < rows; ++row) {
      const float* from = x + row * stride;
      auto* to = reinterpret_cast<c10::BFloat16*>(x + row * stride);
      for (int64_t c = 0; c < columns; c += kLanes) save(load(from + c), to + c);
    }
  }
}

// The same numbers as cells [rows / kPerCell, columns] of neighbours in a column, a missing one being zero: x itself
// where a number is a cell, else in `room`, which may be x. Rows are `stride` apart there too.
template <class Format>
inline const float* packDownRows(const float* x, [[maybe_unused]] int64_t rows, [[maybe_unused]] int64_t columns,
                                 [[maybe_unused]] int64_t stride, [[maybe_unused]] float* room) {
  if constexpr (Format::kPerCell == 1) {
    return x;
  } else {
    for (int64_t row = 0; row < rows; row += 2) {
      const float* from = x + row * stride;
      float* to = room + row / 2 * stride;
      for (int64_t c = 0; c < columns; c += kLanes) {
        save(pairs(load(from + c), row + 1 < rows ? load(from + stride + c) : Lanes{}), to + c);
      }
    }
    return room;
  }
}

// Sizes and strides, in cells, of c [rows, columns] = or += a [rows, depth] * b [depth, columns]. b and c lie in rows
// of consecutive cells; `columns` is a multiple of kLanes. a may be transposed: its strides are free.
struct Product {
  int64_t rows;
  int64_t columns;
  int64_t depth;
  int64_t aRow;
  int64_t aDepth;
  int64_t bRow;
  int64_t cRow;
};

// A block of c that is held in registers while the depth runs.
template <class Format, int Rows, int Vectors, bool Accumulate>
inline void multiplyBlock(const float* a, const float* b, float* c, const Product& p) {
  Lanes sums[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      if constexpr (Accumulate) {
        sums[r][v] = lanesAt(c + r * p.cRow + v * kLanes);
      } else {
        sums[r][v] = Lanes{};
      }
    }
  }
  for (int64_t k = 0; k < p.depth; ++k) {
    Lanes row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = lanesAt(b + k * p.bRow + v * kLanes);
    for (int r = 0; r < Rows; ++r) {
      const float cell = a[r * p.aRow + k * p.aDepth];
      for (int v = 0; v < Vectors; ++v) Format::addProduct(sums[r][v], cell, row[v]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) lanesAt(c + r * p.cRow + v * kLanes) = sums[r][v];
  }
}

template <class Format, int Rows, bool Accumulate>
inline void multiplyRows(const float* a, const float* b, float* c, const Product& p) {
  int64_t column = 0;
  for (; column + 2 * kLanes <= p.columns; column += 2 * kLanes) {
    multiplyBlock<Format, Rows, 2, Accumulate>(a, b + column, c + column, p);
  }
  for (; column < p.columns; column += kLanes) {
    multiplyBlock<Format, Rows, 1, Accumulate>(a, b + column, c + column, p);
  }
}

// c = a * b, or c += a * b.
template <bool Accumulate, class Format = Floats>
inline void multiply(const float* a, const float* b, float* c, const Product& p) {
  // Sixteen running sums hide the latency of the multiply-adds and leave registers for what they read.
  constexpr int kRows = 8;
  int64_t row = 0;
  for (; row + kRows <= p.rows; row += kRows) {
    multiplyRows<Format, kRows, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
  }
  for (; row + 4 <= p.rows; row += 4) {
    multiplyRows<Format, 4, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
  }
  for (; row < p.rows; ++row) multiplyRows<Format, 1, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
}

// The same with b in panels [panel][depth][column of the panel], kPanel columns each but the last; bRow follows.
template <bool Accumulate, class Format = Floats>
inline void multiplyPanels(const float* a, const float* panels, float* c, Product p) {
  const int64_t columns = p.columns;
  for (int64_t column = 0; column < columns; column += kPanel) {
    p.columns = p.bRow = std::min(kPanel, columns - column);
    multiply<Accumulate, Format>(a, panels + column * p.depth, c + column, p);
  }
}

}  // namespace ldm
