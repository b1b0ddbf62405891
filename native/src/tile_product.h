#pragma once
// Products of small matrices that lie in the caches, for operations that make and use up their operands tile by tile,
// where a call into a BLAS would cost as much as the product. One thread; float32.

#include <cstdint>

namespace ldm {

constexpr int64_t kLanes = 16;

// Sixteen numbers: one AVX-512 register, two of AVX2, four of NEON, as the compiler sees fit.
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

// Sizes and strides of c [rows, columns] = or += a [rows, depth] * b [depth, columns]. b and c lie in rows of
// consecutive values; `columns` is a multiple of kLanes. a may be transposed: its strides are free.
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
template <int Rows, int Vectors, bool Accumulate>
inline void multiplyBlock(const float* a, const float* b, float* c, const Product& p) {
  Lanes sums[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      if constexpr (Accumulate) {
        sums[r][v] = *reinterpret_cast<const Lanes*>(c + r * p.cRow + v * kLanes);
      } else {
        sums[r][v] = Lanes{};
      }
    }
  }
  for (int64_t k = 0; k < p.depth; ++k) {
    Lanes row[Vectors];
    for (int v = 0; v < Vectors; ++v) row[v] = *reinterpret_cast<const Lanes*>(b + k * p.bRow + v * kLanes);
    for (int r = 0; r < Rows; ++r) {
      const float value = a[r * p.aRow + k * p.aDepth];
      for (int v = 0; v < Vectors; ++v) sums[r][v] += value * row[v];
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) *reinterpret_cast<Lanes*>(c + r * p.cRow + v * kLanes) = sums[r][v];
  }
}

template <int Rows, bool Accumulate>
inline void multiplyRows(const float* a, const float* b, float* c, const Product& p) {
  int64_t column = 0;
  for (; column + 2 * kLanes <= p.columns; column += 2 * kLanes) {
    multiplyBlock<Rows, 2, Accumulate>(a, b + column, c + column, p);
  }
  for (; column < p.columns; column += kLanes) {
    multiplyBlock<Rows, 1, Accumulate>(a, b + column, c + column, p);
  }
}

// c = a * b, or c += a * b.
template <bool Accumulate>
inline void multiply(const float* a, const float* b, float* c, const Product& p) {
  // Sixteen running sums hide the latency of the multiply-adds and leave registers for what they read.
  constexpr int kRows = 8;
  int64_t row = 0;
  for (; row + kRows <= p.rows; row += kRows) multiplyRows<kRows, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
  for (; row + 4 <= p.rows; row += 4) multiplyRows<4, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
  for (; row < p.rows; ++row) multiplyRows<1, Accumulate>(a + row * p.aRow, b, c + row * p.cRow, p);
}

}  // namespace ldm
