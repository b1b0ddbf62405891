#include "tiled_matmul.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "bfloat16.h"
#include "lanes.h"
#include "tile_product.h"
#include "transpose.h"

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

// Panels [depth, columns of the panel] of cells, one after another, `width` columns wide but for the last: runs
// `fill(panel, first, count)` for each, `count` columns wide from the column `first` on.
template <class Fill>
Tensor fillPanels(int64_t depth, int64_t columns, int64_t width, Fill fill) {
  const Tensor panels = at::empty({depth * columns}, at::kFloat);
  float* to = panels.data_ptr<float>();
  at::parallel_for(0, divideUp(columns, width), 1 + 16384 / (depth * width), [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * width; first < std::min(end * width, columns); first += width) {
      fill(to + first * depth, first, std::min(width, columns - first));
    }
  });
  return panels;
}

// x [depth, columns] in panels.
template <class Cells, class T>
Tensor inPanels(const Tensor& x, int64_t width) {
  const int64_t columns = x.size(1);
  const T* from = x.data_ptr<T>();
  const int64_t depth = x.size(0) / Cells::kPerCell;
  return fillPanels(depth, columns, width, [=](float* panel, int64_t first, int64_t count) {
    for (int64_t k = 0; k < depth; ++k) {
      const T* row = from + k * Cells::kPerCell * columns + first;
      for (int64_t c = 0; c < count; c += kLanes) save(cellsAt<Cells>(row + c, columns), panel + k * count + c);
    }
  });
}

// Numbers that follow one another along a row are cells as they lie.
template <class T>
const float* rowsOfCells(const Tensor& x) {
  return reinterpret_cast<const float*>(x.data_ptr<T>());
}

// x [columns, depth] in panels.
template <class Cells, class T>
Tensor transposedInPanels(const Tensor& x, int64_t width) {
  const int64_t depth = x.size(1) / Cells::kPerCell;
  const float* from = rowsOfCells<T>(x);
  return fillPanels(depth, x.size(0), width, [=](float* panel, int64_t first, int64_t count) {
    transposeMatrix(from + first * depth, depth, panel, count, count, depth);
  });
}

// The left operand as cells. Transposed numbers lie well where they are; transposed pairs are packed.
template <class Cells, class T>
class Left {
 public:
  struct Tile {
    const float* cells;
    int64_t nextRow;
    int64_t nextCell;
  };

  Left(const Tensor& a, bool transposed)
      : transposed_(transposed),
        packed_(transposed && Cells::kPerCell > 1),
        memory_(packed_ ? inPanels<Cells, T>(a, kRows) : a),
        cells_(packed_ ? memory_.data_ptr<float>() : rowsOfCells<T>(a)),
        rows_(a.size(transposed ? 1 : 0)),
        depth_(a.size(transposed ? 0 : 1) / Cells::kPerCell) {}

  // Of `height` rows from `row`, a multiple of kRows, on.
  Tile tile(int64_t row, int64_t height) const {
    if (packed_) return {cells_ + row * depth_, 1, height};
    return transposed_ ? Tile{cells_ + row, 1, rows_} : Tile{cells_ + row * depth_, depth_, 1};
  }

 private:
  bool transposed_;
  bool packed_;
  Tensor memory_;
  const float* cells_;
  int64_t rows_;
  int64_t depth_;
};

template <class Cells, class T>
void byTiles(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB, const T* bias, Tensor& product) {
  const int64_t rows = product.size(0);
  const int64_t columns = product.size(1);
  const Tensor right = transposeB ? transposedInPanels<Cells, T>(b, kPanel) : inPanels<Cells, T>(b, kPanel);
  const int64_t depth = right.numel() / columns;
  const float* panels = right.data_ptr<float>();
  const Left<Cells, T> left(a, transposeA);
  T* c = product.data_ptr<T>();
  const int64_t across = divideUp(columns, kColumns);
  at::parallel_for(0, divideUp(rows, kRows) * across, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t row = i / across * kRows;
      const int64_t height = std::min(kRows, rows - row);
      const auto tile = left.tile(row, height);
      const int64_t last = std::min((i % across + 1) * kColumns, columns);
      for (int64_t column = i % across * kColumns; column < last; column += kPanel) {
        const int64_t width = std::min(kPanel, columns - column);
        float sums[kRows * kPanel];
        for (int64_t l = 0; l < kPanel; l += kLanes) {
          const Lanes start = bias && l < width ? load(bias + column + l) : Lanes{};
          for (int64_t r = 0; r < height; ++r) save(start, sums + r * kPanel + l);
        }
        for (int64_t k = 0; k < depth; k += kDepth) {
          multiply<true, Cells>(tile.cells + k * tile.nextCell, panels + column * depth + k * width, sums,
                                {height, width, std::min(kDepth, depth - k), tile.nextRow, tile.nextCell, width, kPanel});
        }
        for (int64_t r = 0; r < height; ++r) {
          T* to = c + (row + r) * columns + column;
          for (int64_t l = 0; l < width; l += kLanes) save(load(sums + r * kPanel + l), to + l);
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
