#include "winograd.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <vector>

#include "filter_layout.h"
#include "tasks.h"
#include "tile_product.h"

// A tile is 4x4 input pixels for 2x2 output pixels. With the input tile d, the filter g and the paper's matrices,
//
//   y = A^T [ (G g G^T) * (B^T d B) ] A,
//
// each of the 16 element-wise products is a matrix product over the channels. Their right-hand sides lie in panels of
// kPanel columns, so that a panel stays in the cache while the tiles go by.

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kPoints = 16;
constexpr int64_t kPanel = 2 * kLanes;
constexpr int64_t kTiles = 64;  // of a block that is transformed and multiplied at once

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

const Lanes& lanesAt(const float* p) { return *reinterpret_cast<const Lanes*>(p); }
Lanes& lanesAt(float* p) { return *reinterpret_cast<Lanes*>(p); }

// The tiles of a batch of images.
struct Tiling {
  int64_t images;
  Offset input;
  Offset output;
  Offset before;
  int64_t rows() const { return divideUp(output.row, 2); }
  int64_t columns() const { return divideUp(output.column, 2); }
  int64_t count() const { return images * rows() * columns(); }
};

// A tile by its number: its image and its first output pixel.
struct Tile {
  int64_t image;
  int64_t row;
  int64_t column;
  Tile(const Tiling& tiling, int64_t number)
      : image(number / (tiling.rows() * tiling.columns())),
        row(number / tiling.columns() % tiling.rows() * 2),
        column(number % tiling.columns() * 2) {}
};

// The pixels of an image, channels consecutive; a row of zeros stands for those outside.
class Pixels {
 public:
  Pixels(const float* data, int64_t height, int64_t width, int64_t channels)
      : data_(data), height_(height), width_(width), channels_(channels), zeros_(static_cast<size_t>(channels), 0.0f) {}

  const float* at(int64_t image, int64_t row, int64_t column) const {
    if (row < 0 || row >= height_ || column < 0 || column >= width_) return zeros_.data();
    return data_ + ((image * height_ + row) * width_ + column) * channels_;
  }

 private:
  const float* data_;
  int64_t height_;
  int64_t width_;
  int64_t channels_;
  std::vector<float> zeros_;
};

struct Quad {
  Lanes values[4];
  const Lanes& operator[](size_t i) const { return values[i]; }
  Lanes& operator[](size_t i) { return values[i]; }
};

// One row times B: [a, b, c, d] to [a - c, b + c, c - b, b - d].
inline Quad timesB(const Quad& d) { return {{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}}; }

// A row of B^T d from the four rows of d, likewise.
inline Lanes rowOfB(int64_t row, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
  switch (row) {
    case 0: return a - c;
    case 1: return b + c;
    case 2: return c - b;
    default: return b - d;
  }
}

// B^T d B of one tile, channel by channel, to out[point * stride + channel].
void transformInput(const Pixels& x, const Tile& tile, const Offset& before, int64_t channels, float* out,
                    int64_t stride) {
  std::array<const float*, kPoints> from;
  for (int64_t i = 0; i < kPoints; ++i) {
    from[static_cast<size_t>(i)] =
        x.at(tile.image, tile.row - before.row + i / 4, tile.column - before.column + i % 4);
  }
  for (int64_t c = 0; c < channels; c += kLanes) {
    const auto row = [&](size_t r) {
      return timesB({{lanesAt(from[4 * r] + c), lanesAt(from[4 * r + 1] + c), lanesAt(from[4 * r + 2] + c),
                      lanesAt(from[4 * r + 3] + c)}});
    };
    const Quad d0 = row(0);
    const Quad d1 = row(1);
    const Quad d2 = row(2);
    const Quad d3 = row(3);
    float* to = out + c;
    for (size_t j = 0; j < 4; ++j, to += stride) {
      lanesAt(to) = d0[j] - d2[j];
      lanesAt(to + 4 * stride) = d1[j] + d2[j];
      lanesAt(to + 8 * stride) = d2[j] - d1[j];
      lanesAt(to + 12 * stride) = d1[j] - d3[j];
    }
  }
}

// G g G^T of all filters [3, 3, inputs, outputs], to [point][panel][input][column].
Tensor transformFilter(const Tensor& filter) {
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t matrix = inputs * outputs;
  const Tensor transformed = at::empty({kPoints, matrix}, filter.options());
  const float* g = filter.data_ptr<float>();
  float* u = transformed.data_ptr<float>();
  const int64_t panels = divideUp(outputs, kPanel);
  at::parallel_for(0, panels * inputs, 1 + 16384 / (9 * kPanel), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = (i / inputs) * kPanel;
      const int64_t width = std::min(kPanel, outputs - first);
      const int64_t input = i % inputs;
      for (int64_t c = 0; c < width; c += kLanes) {
        Lanes rows[4][3];
        for (int64_t k = 0; k < 3; ++k) {
          const auto tap = [&](int64_t row) -> const Lanes& {
            return lanesAt(g + ((row * 3 + k) * inputs + input) * outputs + first + c);
          };
          const Lanes ends = tap(0) + tap(2);
          rows[0][k] = tap(0);
          rows[1][k] = 0.5f * (ends + tap(1));
          rows[2][k] = 0.5f * (ends - tap(1));
          rows[3][k] = tap(2);
        }
        float* to = u + first * inputs + input * width + c;
        for (int64_t r = 0; r < 4; ++r, to += 4 * matrix) {
          const Lanes ends = rows[r][0] + rows[r][2];
          lanesAt(to) = rows[r][0];
          lanesAt(to + matrix) = 0.5f * (ends + rows[r][1]);
          lanesAt(to + 2 * matrix) = 0.5f * (ends - rows[r][1]);
          lanesAt(to + 3 * matrix) = rows[r][2];
        }
      }
    }
  });
  return transformed;
}

// A^T m A of one tile plus the bias, from m[point * stride + channel] to up to 2x2 pixels of y.
void transformOutput(const float* m, int64_t stride, const float* bias, const Tiling& tiling, const Tile& tile,
                     int64_t channels, float* y) {
  float* to = y + ((tile.image * tiling.output.row + tile.row) * tiling.output.column + tile.column) * channels;
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
    lanesAt(to + c) = top[0] + top[1] + top[2] + offset;
    if (right) lanesAt(to + channels + c) = top[1] - top[2] - top[3] + offset;
    if (below) lanesAt(to + line + c) = bottom[0] + bottom[1] + bottom[2] + offset;
    if (below && right) lanesAt(to + line + channels + c) = bottom[1] - bottom[2] - bottom[3] + offset;
  }
}

Tensor convolve(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Offset& before,
                const Offset& outputSize) {
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const Tiling tiling{x.size(0), {x.size(1), x.size(2)}, outputSize, before};
  Tensor y = at::empty({x.size(0), outputSize.row, outputSize.column, outputs}, x.options());
  const Tensor transformed = transformFilter(filter);
  const float* u = transformed.data_ptr<float>();
  const float* offset = bias ? bias->data_ptr<float>() : nullptr;
  const Pixels pixels(x.data_ptr<float>(), x.size(1), x.size(2), inputs);
  const int64_t blocks = divideUp(tiling.count(), kTiles);
  forEachTask(blocks, kPoints * kTiles * (inputs + outputs), [&](int64_t block, float* v) {
    float* m = v + kPoints * kTiles * inputs;
    const int64_t first = block * kTiles;
    const int64_t count = std::min(kTiles, tiling.count() - first);
    for (int64_t t = 0; t < count; ++t) {
      transformInput(pixels, Tile(tiling, first + t), before, inputs, v + t * inputs, kTiles * inputs);
    }
    for (int64_t point = 0; point < kPoints; ++point) {
      for (int64_t column = 0; column < outputs; column += kPanel) {
        const int64_t width = std::min(kPanel, outputs - column);
        multiply<false>(v + point * kTiles * inputs, u + (point * outputs + column) * inputs,
                        m + point * kTiles * outputs + column, {count, width, inputs, inputs, 1, width, outputs});
      }
    }
    for (int64_t t = 0; t < count; ++t) {
      transformOutput(m + t * outputs, kTiles * outputs, offset, tiling, Tile(tiling, first + t), outputs,
                      y.data_ptr<float>());
    }
  });
  return y;
}

// The filter's gradient, row by row of the transformed points, so that threads share no sums: for one row and a block
// of input channels, dU = (B^T d B)^T (A dy A^T) over all tiles, and from it the row of dU G.
class FilterGradient {
 public:
  FilterGradient(const Tensor& x, const Tensor& dy, const Offset& before)
      : tiling_{x.size(0), {x.size(1), x.size(2)}, {dy.size(1), dy.size(2)}, before},
        inputs_(x.size(3)),
        outputs_(dy.size(3)),
        x_(x.data_ptr<float>(), x.size(1), x.size(2), inputs_),
        dy_(dy.data_ptr<float>(), dy.size(1), dy.size(2), outputs_) {}

  Tensor run(const at::TensorOptions& options) const {
    const int64_t blocks = divideUp(inputs_, kInputs);
    // [row of points, column of the filter, input, output]
    const Scratch rows(4, 3 * inputs_ * outputs_);
    const int64_t scratch = 4 * (kTiles * (kInputs + outputs_) + kInputs * outputs_);
    forEachTask(4 * blocks, scratch, [&](int64_t task, float* memory) {
      rowOfPoints(task / blocks, task % blocks * kInputs, memory, rows.part(task / blocks));
    });
    Tensor dw = at::empty({3, 3, inputs_, outputs_}, options);
    finish(rows, dw.data_ptr<float>());
    return dw;
  }

 private:
  static constexpr int64_t kInputs = 64;

  void rowOfPoints(int64_t row, int64_t firstInput, float* memory, float* result) const {
    const int64_t inputs = std::min(kInputs, inputs_ - firstInput);
    float* v = memory;
    float* d = v + 4 * kTiles * kInputs;
    float* sums = d + 4 * kTiles * outputs_;
    std::fill(sums, sums + 4 * kInputs * outputs_, 0.0f);
    for (int64_t first = 0; first < tiling_.count(); first += kTiles) {
      const int64_t count = std::min(kTiles, tiling_.count() - first);
      for (int64_t t = 0; t < count; ++t) {
        const Tile tile(tiling_, first + t);
        transformInputRow(row, tile, firstInput, inputs, v + t * inputs);
        transformGradientRow(row, tile, t, count, d);
      }
      for (int64_t point = 0; point < 4; ++point) {
        for (int64_t column = 0; column < outputs_; column += kPanel) {
          const int64_t width = std::min(kPanel, outputs_ - column);
          multiply<true>(v + point * kTiles * inputs, d + point * kTiles * outputs_ + column * count,
                         sums + point * kInputs * outputs_ + column, {inputs, width, count, 1, inputs, width, outputs_});
        }
      }
    }
    // Times G, from four points to the three columns of the filter.
    const int64_t size = inputs * outputs_;
    const int64_t point = kInputs * outputs_;
    for (int64_t i = 0; i < size; i += kLanes) {
      const Lanes inner = 0.5f * (lanesAt(sums + point + i) + lanesAt(sums + 2 * point + i));
      float* to = result + firstInput * outputs_ + i;
      lanesAt(to) = lanesAt(sums + i) + inner;
      lanesAt(to + inputs_ * outputs_) = 0.5f * (lanesAt(sums + point + i) - lanesAt(sums + 2 * point + i));
      lanesAt(to + 2 * inputs_ * outputs_) = inner + lanesAt(sums + 3 * point + i);
    }
  }

  // A row of B^T d B, to v[point][tile][input].
  void transformInputRow(int64_t row, const Tile& tile, int64_t firstInput, int64_t inputs, float* v) const {
    const float* from[4][4];
    for (int64_t i = 0; i < kPoints; ++i) {
      from[i / 4][i % 4] = x_.at(tile.image, tile.row - tiling_.before.row + i / 4,
                                 tile.column - tiling_.before.column + i % 4) +
                           firstInput;
    }
    for (int64_t c = 0; c < inputs; c += kLanes) {
      Quad line;
      for (size_t j = 0; j < 4; ++j) {
        line[j] = rowOfB(row, lanesAt(from[0][j] + c), lanesAt(from[1][j] + c), lanesAt(from[2][j] + c),
                         lanesAt(from[3][j] + c));
      }
      const Quad result = timesB(line);
      for (size_t j = 0; j < 4; ++j) lanesAt(v + static_cast<int64_t>(j) * kTiles * inputs + c) = result[j];
    }
  }

  // A row of A dy A^T, to d[point][panel][tile][column].
  void transformGradientRow(int64_t row, const Tile& tile, int64_t t, int64_t count, float* d) const {
    const float* from[2][2];
    for (int64_t i = 0; i < 4; ++i) from[i / 2][i % 2] = dy_.at(tile.image, tile.row + i / 2, tile.column + i % 2);
    for (int64_t c = 0; c < outputs_; c += kLanes) {
      const auto line = [&](size_t j) -> Lanes {
        const Lanes& top = lanesAt(from[0][j] + c);
        const Lanes& bottom = lanesAt(from[1][j] + c);
        switch (row) {
          case 0: return top;
          case 1: return top + bottom;
          case 2: return top - bottom;
          default: return -bottom;
        }
      };
      const Lanes left = line(0);
      const Lanes right = line(1);
      const int64_t panel = c / kPanel * kPanel;
      const int64_t width = std::min(kPanel, outputs_ - panel);
      float* to = d + panel * count + t * width + c - panel;
      const int64_t point = kTiles * outputs_;
      lanesAt(to) = left;
      lanesAt(to + point) = left + right;
      lanesAt(to + 2 * point) = left - right;
      lanesAt(to + 3 * point) = -right;
    }
  }

  // G^T times the rows of points.
  void finish(const Scratch& rows, float* dw) const {
    const int64_t size = 3 * inputs_ * outputs_;
    at::parallel_for(0, size / kLanes, 1024, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) {
        const Lanes& sum = lanesAt(rows.part(1) + i);
        const Lanes& difference = lanesAt(rows.part(2) + i);
        const Lanes inner = 0.5f * (sum + difference);
        lanesAt(dw + i) = lanesAt(rows.part(0) + i) + inner;
        lanesAt(dw + size + i) = 0.5f * (sum - difference);
        lanesAt(dw + 2 * size + i) = inner + lanesAt(rows.part(3) + i);
      }
    });
  }

  Tiling tiling_;
  int64_t inputs_;
  int64_t outputs_;
  Pixels x_;
  Pixels dy_;
};

}  // namespace

bool worthWinograd(int64_t images, int64_t inputs, int64_t outputs, const Offset& outputSize) {
  constexpr int64_t kFewest = 32;  // channels, and tiles, that make up for the transforms
  return inputs % kLanes == 0 && outputs % kLanes == 0 && inputs >= kFewest && outputs >= kFewest &&
         images * divideUp(outputSize.row, 2) * divideUp(outputSize.column, 2) >= kFewest;
}

Tensor winogradConvolve(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Offset& before,
                        const Offset& outputSize) {
  return convolve(x, filter, bias, before, outputSize);
}

Tensor winogradInputGrad(const Tensor& dy, const Tensor& filter, const Offset& before, const Offset& inputSize) {
  // The gradient is itself a convolution, with the filter turned around and its channels exchanged.
  return convolve(dy, turnedFilter(filter), std::nullopt, {2 - before.row, 2 - before.column}, inputSize);
}

Tensor winogradFilterGrad(const Tensor& x, const Tensor& dy, const Offset& before) {
  return FilterGradient(x, dy, before).run(x.options());
}

}  // namespace ldm
