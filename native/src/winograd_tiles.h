#pragma once
// What the convolutions by Winograd's minimal filtering have in common: pixels, cells of products, panels of filters.
//
// The element-wise products of the transformed points are matrix products over the channels. Their right-hand sides lie
// in panels of kPanel columns, so that a panel stays in the cache while the tiles go by. Transforms are taken in
// float32; a product's operands are Cells, see tile_product.h, and so are all offsets into them.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lanes.h"
#include "tile_product.h"
#include "winograd.h"

namespace ldm {

constexpr int64_t kTiles = 64;  // of a block that is transformed and multiplied at once

#ifdef __AVX512BF16__
using ReducedCells = BfloatPairs;
#else
// Without the instruction the products of bfloat16 images are as fast, and more exact, in float32.
using ReducedCells = Floats;
#endif

// The pixels of an image, channels consecutive; a row of zeros stands for those outside.
template <class T>
class Pixels {
 public:
  explicit Pixels(const at::Tensor& image)
      : data_(image.data_ptr<T>()),
        height_(image.size(1)),
        width_(image.size(2)),
        channels_(image.size(3)),
        zeros_(static_cast<size_t>(channels_), T(0.0f)) {}

  const T* at(int64_t image, int64_t row, int64_t column) const {
    if (row < 0 || row >= height_ || column < 0 || column >= width_) return zeros_.data();
    return data_ + ((image * height_ + row) * width_ + column) * channels_;
  }

 private:
  const T* data_;
  int64_t height_;
  int64_t width_;
  int64_t channels_;
  std::vector<T> zeros_;
};

// Sixteen numbers along the depth, as cells.
template <class Cells>
inline void saveAlongDepth(const Lanes& values, float* to) {
  if constexpr (Cells::kPerCell == 1) {
    save(values, to);
  } else {
    save(values, reinterpret_cast<at::BFloat16*>(to));
  }
}

// All filters [3, 3, inputs, outputs] transformed, to the cells [point][panel][input / kPerCell][column]: `Filter` makes
// its `kPoints` points of sixteen outputs' filters that take one input.
template <class Cells, class Filter>
at::Tensor filterPanels(const at::Tensor& filter) {
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t depth = inputs / Cells::kPerCell;
  const int64_t matrix = depth * outputs;
  const at::Tensor transformed = at::empty({Filter::kPoints, matrix}, filter.options());
  const float* g = filter.data_ptr<float>();
  float* u = transformed.data_ptr<float>();
  const int64_t panels = divideUp(outputs, kPanel);
  at::parallel_for(0, panels * depth, 1 + 16384 / (9 * kPanel), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = (i / depth) * kPanel;
      const int64_t width = std::min(kPanel, outputs - first);
      const int64_t cell = i % depth;
      for (int64_t c = 0; c < width; c += kLanes) {
        const float* taps = g + cell * Cells::kPerCell * outputs + first + c;
        float* to = u + first * depth + cell * width + c;
        const Filter own(taps, inputs * outputs);
        if constexpr (Cells::kPerCell == 1) {
          for (int64_t p = 0; p < Filter::kPoints; ++p) lanesAt(to + p * matrix) = own.points[p];
        } else {
          const Filter next(taps + outputs, inputs * outputs);
          for (int64_t p = 0; p < Filter::kPoints; ++p) lanesAt(to + p * matrix) = pairs(own.points[p], next.points[p]);
        }
      }
    }
  });
  return transformed;
}

}  // namespace ldm
