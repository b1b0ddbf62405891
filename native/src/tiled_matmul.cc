#include "tiled_matmul.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "lanes.h"
#include "tile_product.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kRows = 64;
constexpr int64_t kColumns = 128;
constexpr int64_t kDepth = 512;  // so that a panel of b stays in the cache while the rows of a tile go by
constexpr int64_t kPanel = 2 * kLanes;
constexpr int64_t kFewRows = 24;
constexpr int64_t kGrain = 65536;  // multiply-adds that are worth a thread

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// b [depth, columns] as [panel][depth][column of the panel].
Tensor inPanels(const Tensor& b) {
  const int64_t depth = b.size(0);
  const int64_t columns = b.size(1);
  const Tensor panels = at::empty({depth * columns}, b.options());
  const float* from = b.data_ptr<float>();
  float* to = panels.data_ptr<float>();
  at::parallel_for(0, divideUp(columns, kPanel), 1 + 16384 / (depth * kPanel), [&](int64_t begin, int64_t end) {
    for (int64_t first = begin * kPanel; first < std::min(end * kPanel, columns); first += kPanel) {
      const int64_t width = std::min(kPanel, columns - first);
      float* panel = to + first * depth;
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t c = 0; c < width; c += kLanes) save(load(from + k * columns + first + c), panel + k * width + c);
      }
    }
  });
  return panels;
}

// A few rows against b [columns, depth], each number of which is read once: packing it would take as long again.
void fewRowsTransposed(const float* a, const float* b, float* c, int64_t rows, int64_t columns, int64_t depth) {
  at::parallel_for(0, columns, 1 + kGrain / (rows * depth), [&](int64_t begin, int64_t end) {
    for (int64_t column = begin; column < end; ++column) {
      for (int64_t row = 0; row < rows; ++row) {
        Lanes sums{};
        for (int64_t k = 0; k < depth; k += kLanes) sums += load(a + row * depth + k) * load(b + column * depth + k);
        float sum = 0.0f;
        for (int64_t i = 0; i < kLanes; ++i) sum += sums[i];
        c[row * columns + column] = sum;
      }
    }
  });
}

// Likewise b [depth, columns].
void fewRows(const float* a, const float* b, float* c, int64_t rows, int64_t columns, int64_t depth) {
  at::parallel_for(0, columns / kLanes, 1 + kGrain / (rows * depth * kLanes), [&](int64_t begin, int64_t end) {
    multiply<false>(a, b + begin * kLanes, c + begin * kLanes,
                    {rows, (end - begin) * kLanes, depth, depth, 1, columns, columns});
  });
}

}  // namespace

bool worthTiling(int64_t rows, int64_t columns, int64_t depth) {
  constexpr int64_t kSmallest = int64_t{1} << 18;
  return columns % kLanes == 0 && depth % 8 == 0 && columns > 0 && depth > 0 && rows > 0 &&
         (rows >= kFewRows || depth % kLanes == 0) && rows * columns >= kSmallest / depth;
}

Tensor tiledMatmul(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB,
                   const std::optional<Tensor>& bias) {
  const int64_t rows = a.size(transposeA ? 1 : 0);
  const int64_t depth = a.size(transposeA ? 0 : 1);
  const int64_t columns = b.size(transposeB ? 0 : 1);
  const int64_t aRow = transposeA ? 1 : depth;
  const int64_t aDepth = transposeA ? rows : 1;
  Tensor product = at::empty({rows, columns}, a.options());
  if (rows < kFewRows && !transposeA) {
    const auto run = transposeB ? fewRowsTransposed : fewRows;
    run(a.data_ptr<float>(), b.data_ptr<float>(), product.data_ptr<float>(), rows, columns, depth);
    return bias ? product.add_(*bias) : product;
  }
  const Tensor packed = inPanels(transposeB ? b.t().contiguous() : b);
  const float* left = a.data_ptr<float>();
  const float* panels = packed.data_ptr<float>();
  const float* offset = bias ? bias->data_ptr<float>() : nullptr;
  float* c = product.data_ptr<float>();
  const int64_t across = divideUp(columns, kColumns);
  at::parallel_for(0, divideUp(rows, kRows) * across, 1, [&](int64_t begin, int64_t end) {
    for (int64_t tile = begin; tile < end; ++tile) {
      const int64_t row = tile / across * kRows;
      const int64_t height = std::min(kRows, rows - row);
      const int64_t last = std::min((tile % across + 1) * kColumns, columns);
      for (int64_t column = tile % across * kColumns; column < last; column += kPanel) {
        const int64_t width = std::min(kPanel, columns - column);
        float* to = c + row * columns + column;
        for (int64_t r = 0; r < height; ++r) {
          for (int64_t i = 0; i < width; i += kLanes) {
            save(offset ? load(offset + column + i) : Lanes{}, to + r * columns + i);
          }
        }
        for (int64_t k = 0; k < depth; k += kDepth) {
          multiply<true>(left + row * aRow + k * aDepth, panels + column * depth + k * width, to,
                         {height, width, std::min(kDepth, depth - k), aRow, aDepth, width, columns});
        }
      }
    }
  });
  return product;
}

}  // namespace ldm
