#include "winograd.h"

#include <array>

#include "filter_layout.h"
#include "tasks.h"
#include "winograd_grid.h"

namespace ldm {
namespace {

using at::Tensor;

// B^T d B of one tile, channel by channel, to the cells out[point * stride + channel / kPerCell].
template <class Cells, class T>
void transformInput(const Pixels<T>& x, const Tile& tile, const Offset& before, int64_t channels, float* out,
                    int64_t stride) {
  std::array<const T*, kPoints> from;
  for (int64_t i = 0; i < kPoints; ++i) {
    from[static_cast<size_t>(i)] =
        x.at(tile.image, tile.row - before.row + i / 4, tile.column - before.column + i % 4);
  }
  for (int64_t c = 0; c < channels; c += kLanes) {
    const auto row = [&](size_t r) {
      return timesB(
          {{load(from[4 * r] + c), load(from[4 * r + 1] + c), load(from[4 * r + 2] + c), load(from[4 * r + 3] + c)}});
    };
    const Quad d0 = row(0);
    const Quad d1 = row(1);
    const Quad d2 = row(2);
    const Quad d3 = row(3);
    float* to = out + c / Cells::kPerCell;
    for (size_t j = 0; j < 4; ++j, to += stride) {
      saveAlongDepth<Cells>(d0[j] - d2[j], to);
      saveAlongDepth<Cells>(d1[j] + d2[j], to + 4 * stride);
      saveAlongDepth<Cells>(d2[j] - d1[j], to + 8 * stride);
      saveAlongDepth<Cells>(d1[j] - d3[j], to + 12 * stride);
    }
  }
}

// G g G^T of sixteen outputs' filters that take one input; `stride` lies between the rows of taps.
struct TransformedFilter {
  static constexpr int64_t kPoints = ldm::kPoints;
  Lanes points[kPoints];
  TransformedFilter(const float* taps, int64_t stride) {
    for (int64_t k = 0; k < 3; ++k) {
      const Lanes top = lanesAt(taps + k * stride);
      const Lanes middle = lanesAt(taps + (3 + k) * stride);
      const Lanes bottom = lanesAt(taps + (6 + k) * stride);
      const Lanes ends = top + bottom;
      points[k] = top;
      points[4 + k] = 0.5f * (ends + middle);
      points[8 + k] = 0.5f * (ends - middle);
      points[12 + k] = bottom;
    }
    for (int64_t r = 0; r < kPoints; r += 4) {
      const Lanes ends = points[r] + points[r + 2];
      const Lanes middle = points[r + 1];
      points[r + 3] = points[r + 2];
      points[r + 1] = 0.5f * (ends + middle);
      points[r + 2] = 0.5f * (ends - middle);
    }
  }
};

// A^T m A of one tile plus the bias, from m[point * stride + channel] to up to 2x2 pixels of y.
template <class T>
void transformOutput(const float* m, int64_t stride, const float* bias, const Tiling& tiling, const Tile& tile,
                     int64_t channels, T* y) {
  T* to = y + ((tile.image * tiling.output.row + tile.row) * tiling.output.column + tile.column) * channels;
  const bool below = tile.row + 1 < tiling.output.row;
  const bool right = tile.column + 1 < tiling.output.column;
  const int64_t line = tiling.output.column * channels;
  for (int64_t c = 0; c < channels; c += kLanes) {
    Lanes top[4];
    Lanes bottom[4];
    for (int64_t j = 0; j < 4; ++j) {
      const float* column = m + j * stride + c;
      const Lanes inner = lanesAt(column + 4 * stride);
      const Lanes outer = lanesAt(column + 8 * stride);
      top[j] = lanesAt(column) + inner + outer;
      bottom[j] = inner - outer - lanesAt(column + 12 * stride);
    }
    const Lanes offset = bias ? lanesAt(bias + c) : Lanes{};
    save(top[0] + top[1] + top[2] + offset, to + c);
    if (right) save(top[1] - top[2] - top[3] + offset, to + channels + c);
    if (below) save(bottom[0] + bottom[1] + bottom[2] + offset, to + line + c);
    if (below && right) save(bottom[1] - bottom[2] - bottom[3] + offset, to + line + channels + c);
  }
}

template <class Cells, class T>
Tensor convolve(const Tensor& x, const Tensor& filter, const float* bias, const Offset& before,
                const Offset& outputSize) {
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t depth = inputs / Cells::kPerCell;
  const Tiling tiling{x.size(0), {x.size(1), x.size(2)}, outputSize, before};
  Tensor y = at::empty({x.size(0), outputSize.row, outputSize.column, outputs}, x.options());
  const Tensor transformed = filterPanels<Cells, TransformedFilter>(filter);
  const float* u = transformed.data_ptr<float>();
  const Pixels<T> pixels(x);
  const int64_t blocks = divideUp(tiling.count(), kTiles);
  forEachTask(blocks, kPoints * kTiles * (depth + outputs), [&](int64_t block, float* v) {
    float* m = v + kPoints * kTiles * depth;
    const int64_t first = block * kTiles;
    const int64_t count = std::min(kTiles, tiling.count() - first);
    for (int64_t t = 0; t < count; ++t) {
      transformInput<Cells>(pixels, Tile(tiling, first + t), before, inputs, v + t * depth, kTiles * depth);
    }
    for (int64_t point = 0; point < kPoints; ++point) {
      multiplyPanels<false, Cells>(v + point * kTiles * depth, u + point * outputs * depth,
                                   m + point * kTiles * outputs, {count, outputs, depth, depth, 1, 0, outputs});
    }
    for (int64_t t = 0; t < count; ++t) {
      transformOutput(m + t * outputs, kTiles * outputs, bias, tiling, Tile(tiling, first + t), outputs,
                      y.data_ptr<T>());
    }
  });
  return y;
}

}  // namespace

bool worthWinograd(int64_t images, int64_t inputs, int64_t outputs, const Offset& outputSize) {
  constexpr int64_t kFewest = 32;  // channels, and tiles, that make up for the transforms
  return inputs % kLanes == 0 && outputs % kLanes == 0 && inputs >= kFewest && outputs >= kFewest &&
         images * divideUp(outputSize.row, 2) * divideUp(outputSize.column, 2) >= kFewest;
}

Tensor winogradConvolve(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Offset& before,
                        const Offset& outputSize) {
  const float* offset = bias ? bias->data_ptr<float>() : nullptr;
  return x.scalar_type() == at::kBFloat16
             ? convolve<ReducedCells, at::BFloat16>(x, filter, offset, before, outputSize)
             : convolve<Floats, float>(x, filter, offset, before, outputSize);
}

Tensor winogradInputGrad(const Tensor& dy, const Tensor& filter, const Offset& before, const Offset& inputSize) {
  // The gradient is itself a convolution, with the filter turned around and its channels exchanged.
  return winogradConvolve(dy, turnedFilter(filter), std::nullopt, {2 - before.row, 2 - before.column}, inputSize);
}

}  // namespace ldm
