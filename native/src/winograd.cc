#include "winograd.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <vector>

#include "filter_layout.h"
#include "lanes.h"
#include "tasks.h"
#include "tile_product.h"

// A tile is 4x4 input pixels for 2x2 output pixels. With the input tile d, the filter g and the paper's matrices,
//
//   y = A^T [ (G g G^T) * (B^T d B) ] A,
//
// each of the 16 element-wise products is a matrix product over the channels. Their right-hand sides lie in panels of
// kPanel columns, so that a panel stays in the cache while the tiles go by. Transforms are taken in float32; a product's
// operands are Cells, see tile_product.h, and so are all offsets into them.

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kPoints = 16;
constexpr int64_t kPanel = 2 * kLanes;
constexpr int64_t kTiles = 64;  // of a block that is transformed and multiplied at once

int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

#ifdef __AVX512BF16__
using ReducedCells = BfloatPairs;
#else
// Without the instruction the products of bfloat16 images are as fast, and more exact, in float32.
using ReducedCells = Floats;
#endif

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
template <class T>
class Pixels {
 public:
  explicit Pixels(const Tensor& image)
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

// Sixteen numbers along the depth, as cells.
template <class Cells>
inline void saveAlongDepth(const Lanes& values, float* to) {
  if constexpr (Cells::kPerCell == 1) {
    save(values, to);
  } else {
    save(values, reinterpret_cast<at::BFloat16*>(to));
  }
}

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

// G g G^T of all filters [3, 3, inputs, outputs], to the cells [point][panel][input / kPerCell][column].
template <class Cells>
Tensor transformFilter(const Tensor& filter) {
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t depth = inputs / Cells::kPerCell;
  const int64_t matrix = depth * outputs;
  const Tensor transformed = at::empty({kPoints, matrix}, filter.options());
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
        const TransformedFilter own(taps, inputs * outputs);
        if constexpr (Cells::kPerCell == 1) {
          for (int64_t p = 0; p < kPoints; ++p) lanesAt(to + p * matrix) = own.points[p];
        } else {
          const TransformedFilter next(taps + outputs, inputs * outputs);
          for (int64_t p = 0; p < kPoints; ++p) lanesAt(to + p * matrix) = pairs(own.points[p], next.points[p]);
        }
      }
    }
  });
  return transformed;
}

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
  const Tensor transformed = transformFilter<Cells>(filter);
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
      for (int64_t column = 0; column < outputs; column += kPanel) {
        const int64_t width = std::min(kPanel, outputs - column);
        multiply<false, Cells>(v + point * kTiles * depth, u + (point * outputs + column) * depth,
                               m + point * kTiles * outputs + column, {count, width, depth, depth, 1, width, outputs});
      }
    }
    for (int64_t t = 0; t < count; ++t) {
      transformOutput(m + t * outputs, kTiles * outputs, bias, tiling, Tile(tiling, first + t), outputs,
                      y.data_ptr<T>());
    }
  });
  return y;
}

// The filter's gradient, row by row of the transformed points, so that threads share no sums: for one row and a block
// of input channels, dU = (B^T d B)^T (A dy A^T) over all tiles, and from it the row of dU G.
template <class Cells, class T>
class FilterGradient {
 public:
  FilterGradient(const Tensor& x, const Tensor& dy, const Offset& before)
      : tiling_{x.size(0), {x.size(1), x.size(2)}, {dy.size(1), dy.size(2)}, before},
        inputs_(x.size(3)),
        outputs_(dy.size(3)),
        x_(x),
        dy_(dy) {}

  Tensor run() const {
    const int64_t blocks = divideUp(inputs_, kInputs);
    // [row of points, column of the filter, input, output]
    const Scratch rows(4, 3 * inputs_ * outputs_);
    const int64_t scratch = 4 * (kDepth * (kInputs + outputs_) + kInputs * outputs_);
    forEachTask(4 * blocks, scratch, [&](int64_t task, float* memory) {
      rowOfPoints(task / blocks, task % blocks * kInputs, memory, rows.part(task / blocks));
    });
    Tensor dw = at::empty({3, 3, inputs_, outputs_}, at::kFloat);
    finish(rows, dw.data_ptr<float>());
    return dw;
  }

 private:
  static constexpr int64_t kInputs = 64;
  // Cells along the tiles of a block.
  static constexpr int64_t kDepth = kTiles / Cells::kPerCell;

  void rowOfPoints(int64_t row, int64_t firstInput, float* memory, float* result) const {
    const int64_t inputs = std::min(kInputs, inputs_ - firstInput);
    float* v = memory;
    float* d = v + 4 * kDepth * kInputs;
    float* sums = d + 4 * kDepth * outputs_;
    std::fill(sums, sums + 4 * kInputs * outputs_, 0.0f);
    for (int64_t first = 0; first < tiling_.count(); first += kTiles) {
      const int64_t depth = divideUp(std::min(kTiles, tiling_.count() - first), Cells::kPerCell);
      for (int64_t cell = 0; cell < depth; ++cell) {
        transformInputRow(row, first + cell * Cells::kPerCell, firstInput, inputs, v + cell * inputs);
        transformGradientRow(row, first + cell * Cells::kPerCell, cell, depth, d);
      }
      for (int64_t point = 0; point < 4; ++point) {
        for (int64_t column = 0; column < outputs_; column += kPanel) {
          const int64_t width = std::min(kPanel, outputs_ - column);
          multiply<true, Cells>(v + point * kDepth * inputs, d + point * kDepth * outputs_ + column * depth,
                                sums + point * kInputs * outputs_ + column,
                                {inputs, width, depth, 1, inputs, width, outputs_});
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

  // Where a tile's pixels lie; those of a tile past the last are zero.
  struct InputTile {
    const T* from[4][4];
    InputTile(const FilterGradient& g, int64_t number, int64_t firstInput) {
      const Tile tile(g.tiling_, number);
      const bool exists = number < g.tiling_.count();
      for (int64_t i = 0; i < kPoints; ++i) {
        const int64_t row = exists ? tile.row - g.tiling_.before.row + i / 4 : -1;
        from[i / 4][i % 4] = g.x_.at(tile.image, row, tile.column - g.tiling_.before.column + i % 4) + firstInput;
      }
    }
    // A row of B^T d B.
    Quad transformed(int64_t row, int64_t c) const {
      Quad line;
      for (size_t j = 0; j < 4; ++j) {
        line[j] = rowOfB(row, load(from[0][j] + c), load(from[1][j] + c), load(from[2][j] + c), load(from[3][j] + c));
      }
      return timesB(line);
    }
  };

  struct GradientTile {
    const T* from[2][2];
    GradientTile(const FilterGradient& g, int64_t number) {
      const Tile tile(g.tiling_, number);
      const bool exists = number < g.tiling_.count();
      for (int64_t i = 0; i < 4; ++i) {
        from[i / 2][i % 2] = g.dy_.at(tile.image, exists ? tile.row + i / 2 : -1, tile.column + i % 2);
      }
    }
    // A row of A dy A^T.
    Quad transformed(int64_t row, int64_t c) const {
      const auto line = [&](size_t j) -> Lanes {
        switch (row) {
          case 0: return load(from[0][j] + c);
          case 1: return load(from[0][j] + c) + load(from[1][j] + c);
          case 2: return load(from[0][j] + c) - load(from[1][j] + c);
          default: return -load(from[1][j] + c);
        }
      };
      const Lanes left = line(0);
      const Lanes right = line(1);
      return {{left, left + right, left - right, -right}};
    }
  };

  // The cells v[point][tile / kPerCell][input] of the tiles from `number` on.
  void transformInputRow(int64_t row, int64_t number, int64_t firstInput, int64_t inputs, float* v) const {
    const InputTile own(*this, number, firstInput);
    const InputTile next(*this, number + Cells::kPerCell - 1, firstInput);
    for (int64_t c = 0; c < inputs; c += kLanes) {
      saveCells(own, next, row, c, v + c, kDepth * inputs);
    }
  }

  // The cells d[point][panel][tile / kPerCell][column].
  void transformGradientRow(int64_t row, int64_t number, int64_t cell, int64_t depth, float* d) const {
    const GradientTile own(*this, number);
    const GradientTile next(*this, number + Cells::kPerCell - 1);
    for (int64_t c = 0; c < outputs_; c += kLanes) {
      const int64_t panel = c / kPanel * kPanel;
      const int64_t width = std::min(kPanel, outputs_ - panel);
      saveCells(own, next, row, c, d + panel * depth + cell * width + c - panel, kDepth * outputs_);
    }
  }

  template <class AnyTile>
  static void saveCells(const AnyTile& own, const AnyTile& next, int64_t row, int64_t c, float* to, int64_t point) {
    const Quad values = own.transformed(row, c);
    if constexpr (Cells::kPerCell == 1) {
      for (size_t j = 0; j < 4; ++j, to += point) lanesAt(to) = values[j];
    } else {
      const Quad others = next.transformed(row, c);
      for (size_t j = 0; j < 4; ++j, to += point) lanesAt(to) = pairs(values[j], others[j]);
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
  Pixels<T> x_;
  Pixels<T> dy_;
};

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

Tensor winogradFilterGrad(const Tensor& x, const Tensor& dy, const Offset& before) {
  return x.scalar_type() == at::kBFloat16 ? FilterGradient<ReducedCells, at::BFloat16>(x, dy, before).run()
                                          : FilterGradient<Floats, float>(x, dy, before).run();
}

}  // namespace ldm
