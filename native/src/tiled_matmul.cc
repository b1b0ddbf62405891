#include "tiled_matmul.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "bfloat16.h"
#include "lanes.h"
#include "tile_product.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kRows = 64;
constexpr int64_t kColumns = 128;
constexpr int64_t kDepth = 512;  // cells; so that a panel of b stays in the cache while the rows of a tile go by
constexpr int64_t kFewRows = 24;
constexpr int64_t kGrain = 65536;  // multiply-adds that are worth a thread

// Sixteen columns of the rows that a cell holds, from row `from` of `columns` numbers on.
template <class Cells, class T>
Lanes cellsAt(const T* from, int64_t columns) {
  if constexpr (Cells::kPerCell == 1) {
    return load(from);
  } else {
    return pairs(load(from), load(from + columns));
  }
}

// x [depth, columns] as cells [panel][depth / kPerCell][column of the panel], the panels `width` columns wide.
template <class Cells, class T>
Tensor inPanels(const Tensor& x, int64_t width) {
  const int64_t depth = x.size(0) / Cells::kPerCell;
  const int64_t columns = x.size(1);
  const Tensor panels = at::empty({depth * columns}, x.options().dtype(at::kFloat));
  const T* from = x.data_ptr<T>();
  float* to = panels.data_ptr<float>();
  at::parallel_for(0, divideUp(columns, width), 1 + 16384 / (depth * width), [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * width; first < std::min(end * width, columns); first += width) {
      const int64_t own = std::min(width, columns - first);
      float* panel = to + first * depth;
      for (int64_t k = 0; k < depth; ++k) {
        const T* row = from + k * Cells::kPerCell * columns + first;
        for (int64_t c = 0; c < own; c += kLanes) save(cellsAt<Cells>(row + c, columns), panel + k * own + c);
      }
    }
  });
  return panels;
}

// The left operand as cells, and how far they are apart.
struct Left {
  Tensor memory;
  const float* cells;
  int64_t row;
  int64_t depth;
};

template <class Cells, class T>
Left leftOperand(const Tensor& a, bool transpose) {
  if constexpr (Cells::kPerCell > 1) {
    if (transpose) {
      const Tensor packed = inPanels<Cells, T>(a, a.size(1));
      return {packed, packed.data_ptr<float>(), 1, a.size(1)};
    }
  }
  // Numbers that follow one another along a row are cells as they are.
  const float* cells = reinterpret_cast<const float*>(a.data_ptr<T>());
  return transpose ? Left{a, cells, 1, a.size(1)} : Left{a, cells, a.size(1) / Cells::kPerCell, 1};
}

template <class Cells, class T>
void byTiles(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB, const T* bias, Tensor& product) {
  const int64_t rows = product.size(0);
  const int64_t columns = product.size(1);
  const Tensor packed = inPanels<Cells, T>(transposeB ? b.t().contiguous() : b, kPanel);
  const Left left = leftOperand<Cells, T>(a, transposeA);
  const int64_t depth = packed.numel() / columns;
  const float* panels = packed.data_ptr<float>();
  T* c = product.data_ptr<T>();
  const int64_t across = divideUp(columns, kColumns);
  at::parallel_for(0, divideUp(rows, kRows) * across, 1, [&](int64_t begin, int64_t end) {
    for (int64_t tile = begin; tile < end; ++tile) {
      const int64_t row = tile / across * kRows;
      const int64_t height = std::min(kRows, rows - row);
      const int64_t last = std::min((tile % across + 1) * kColumns, columns);
      for (int64_t column = tile % across * kColumns; column < last; column += kPanel) {
        const int64_t width = std::min(kPanel, columns - column);
        float sums[kRows * kPanel];
        for (int64_t i = 0; i < kPanel; i += kLanes) {
          const Lanes start = bias && i < width ? load(bias + column + i) : Lanes{};
          for (int64_t r = 0; r < height; ++r) save(start, sums + r * kPanel + i);
        }
        for (int64_t k = 0; k < depth; k += kDepth) {
          multiply<true, Cells>(left.cells + row * left.row + k * left.depth, panels + column * depth + k * width, sums,
                                {height, width, std::min(kDepth, depth - k), left.row, left.depth, width, kPanel});
        }
        for (int64_t r = 0; r < height; ++r) {
          T* to = c + (row + r) * columns + column;
          for (int64_t i = 0; i < width; i += kLanes) save(load(sums + r * kPanel + i), to + i);
        }
      }
    }
  });
}

// A few rows against b [columns, depth], each number of which is read once: packing it would take as long again.
template <class T>
void fewRowsTransposed(const float* a, const T* b, const T* bias, T* c, int64_t rows, int64_t columns, int64_t depth) {
  at::parallel_for(0, columns, 1 + kGrain / (rows * depth), [&](int64_t begin, int64_t end) {
    for (int64_t column = begin; column < end; ++column) {
      for (int64_t row = 0; row < rows; ++row) {
        Lanes sums{};
        for (int64_t k = 0; k < depth; k += kLanes) sums += load(a + row * depth + k) * load(b + column * depth + k);
        float sum = bias ? widen(bias[column]) : 0.0f;
        for (int64_t i = 0; i < kLanes; ++i) sum += sums[i];
        store(sum, c[row * columns + column]);
      }
    }
  });
}

// Likewise b [depth, columns], as many rows as registers hold at a time.
template <class T>
void fewRows(const float* a, const T* b, const T* bias, T* c, int64_t rows, int64_t columns, int64_t depth) {
  constexpr int64_t kAtOnce = 8;
  at::parallel_for(0, columns / kLanes, 1 + kGrain / (rows * depth * kLanes), [&](int64_t begin, int64_t end) {
    for (int64_t column = begin * kLanes; column < end * kLanes; column += kLanes) {
      for (int64_t row = 0; row < rows; row += kAtOnce) {
        const int64_t count = std::min(kAtOnce, rows - row);
        Lanes sums[kAtOnce];
        for (Lanes& sum : sums) sum = bias ? load(bias + column) : Lanes{};
        for (int64_t k = 0; k < depth; ++k) {
          const Lanes values = load(b + k * columns + column);
          if (count == kAtOnce) {
            for (int64_t r = 0; r < kAtOnce; ++r) sums[r] += a[(row + r) * depth + k] * values;
          } else {
            for (int64_t r = 0; r < count; ++r) sums[r] += a[(row + r) * depth + k] * values;
          }
        }
        for (int64_t r = 0; r < count; ++r) save(sums[r], c + (row + r) * columns + column);
      }
    }
  });
}

template <class Cells, class T>
Tensor product(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB, const std::optional<Tensor>& bias) {
  const int64_t rows = a.size(transposeA ? 1 : 0);
  const int64_t columns = b.size(transposeB ? 0 : 1);
  Tensor result = at::empty({rows, columns}, a.options());
  const T* offset = bias ? bias->data_ptr<T>() : nullptr;
  if (rows < kFewRows && !transposeA) {
    const auto run = transposeB ? fewRowsTransposed<T> : fewRows<T>;
    const Tensor left = a.to(at::kFloat);
    run(left.data_ptr<float>(), b.data_ptr<T>(), offset, result.data_ptr<T>(), rows, columns, a.size(1));
  } else {
    byTiles<Cells, T>(a, b, transposeA, transposeB, offset, result);
  }
  return result;
}

}  // namespace

bool worthTiling(int64_t rows, int64_t columns, int64_t depth, at::ScalarType type) {
  constexpr int64_t kSmallest = int64_t{1} << 18;
#ifdef __AVX512BF16__
  const bool hasTiles = type == at::kFloat || type == at::kBFloat16;
#else
  const bool hasTiles = type == at::kFloat;
#endif
  // Panels and, of bfloat16, a transposed left operand consist of whole vectors.
  return hasTiles && columns > 0 && columns % kLanes == 0 && depth > 0 && depth % 8 == 0 && rows > 0 &&
         (type == at::kFloat || rows < kFewRows || rows % kLanes == 0) &&
         (rows >= kFewRows || depth % kLanes == 0) && rows * columns >= kSmallest / depth;
}

Tensor tiledMatmul(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB,
                   const std::optional<Tensor>& bias) {
#ifdef __AVX512BF16__
  if (a.scalar_type() == at::kBFloat16) {
    return product<BfloatPairs, at::BFloat16>(a, b, transposeA, transposeB, bias);
  }
#endif
  return product<Floats, float>(a, b, transposeA, transposeB, bias);
}

}  // namespace ldm
