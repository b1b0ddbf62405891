#include "winograd_upsample.h"

#include "filter_layout.h"
#include "tasks.h"
#include "winograd_tiles.h"

// Along one axis, the enlarged image around output pixels 2i and 2i + 1 is x[i - 1], x[i], x[i], x[i + 1], and
//
//   y[2i]     = g0 x[i - 1] + (g1 + g2) x[i]   = g0 (x[i - 1] - x[i]) + (g0 + g1 + g2) x[i],
//   y[2i + 1] = (g0 + g1) x[i] + g2 x[i + 1]   = (g0 + g1 + g2) x[i] + g2 (x[i + 1] - x[i]).
//
// The gradients need no transform of the filter: with the pair sums s[k] = dy[2i + 1 - k] + dy[2i + 2 - k],
//
//   dx[i] = sum over k of g[k] s[k],     dg[k] = sum over i of x[i] s[k].
//
// A tile is one pixel of x and its 2x2 output pixels.

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kPoints = 9;

struct Size {
  int64_t images;
  int64_t height;
  int64_t width;
  int64_t count() const { return images * height * width; }
};

// A pixel by its number.
struct Pixel {
  int64_t image;
  int64_t row;
  int64_t column;
  Pixel(const Size& size, int64_t number)
      : image(number / (size.height * size.width)),
        row(number / size.width % size.height),
        column(number % size.width) {}
};

struct SummedFilter {
  static constexpr int64_t kPoints = ldm::kPoints;
  Lanes points[kPoints];
  SummedFilter(const float* taps, int64_t stride) {
    for (int64_t k = 0; k < 3; ++k) {
      points[k] = lanesAt(taps + k * stride);
      points[6 + k] = lanesAt(taps + (6 + k) * stride);
      points[3 + k] = points[k] + lanesAt(taps + (3 + k) * stride) + points[6 + k];
    }
    for (int64_t r = 0; r < kPoints; r += 3) points[r + 1] += points[r] + points[r + 2];
  }
};

// The taps as they are.
struct PlainFilter {
  static constexpr int64_t kPoints = ldm::kPoints;
  Lanes points[kPoints];
  PlainFilter(const float* taps, int64_t stride) {
    for (int64_t k = 0; k < kPoints; ++k) points[k] = lanesAt(taps + k * stride);
  }
};

// Three values along an axis to their differences from the middle one, which stays.
inline void subtractMiddle(Lanes& first, const Lanes& middle, Lanes& last) {
  first -= middle;
  last -= middle;
}

// The nine points of a pixel of x, to the cells out[point * stride + channel / kPerCell].
template <class Cells, class T>
void transformPixel(const Pixels<T>& x, const Pixel& pixel, int64_t channels, float* out, int64_t stride) {
  const T* from[kPoints];
  for (int64_t i = 0; i < kPoints; ++i) from[i] = x.at(pixel.image, pixel.row - 1 + i / 3, pixel.column - 1 + i % 3);
  for (int64_t c = 0; c < channels; c += kLanes) {
    Lanes d[kPoints];
    for (int64_t i = 0; i < kPoints; ++i) d[i] = load(from[i] + c);
    for (int64_t r = 0; r < kPoints; r += 3) subtractMiddle(d[r], d[r + 1], d[r + 2]);
    for (int64_t k = 0; k < 3; ++k) subtractMiddle(d[k], d[3 + k], d[6 + k]);
    for (int64_t i = 0; i < kPoints; ++i) saveAlongDepth<Cells>(d[i], out + i * stride + c / Cells::kPerCell);
  }
}

// The 2x2 output pixels from m[point * stride + channel].
template <class T>
void transformOutput(const float* m, int64_t stride, const float* bias, int64_t channels, T* y, int64_t line) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    const auto at = [&](int64_t point) { return lanesAt(m + point * stride + c); };
    const Lanes offset = lanesAt(bias + c);
    const Lanes left = at(3) + at(4) + offset;
    const Lanes right = at(4) + at(5) + offset;
    save(at(0) + at(1) + left, y + c);
    save(at(1) + at(2) + right, y + channels + c);
    save(left + at(6) + at(7), y + line + c);
    save(right + at(7) + at(8), y + line + channels + c);
  }
}

template <class Cells, class T>
Tensor convolve(const Tensor& x, const Tensor& filter, const float* bias) {
  const Size size{x.size(0), x.size(1), x.size(2)};
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t depth = inputs / Cells::kPerCell;
  Tensor y = at::empty({size.images, 2 * size.height, 2 * size.width, outputs}, x.options());
  const Tensor panels = filterPanels<Cells, SummedFilter>(filter);
  const float* u = panels.data_ptr<float>();
  const Pixels<T> pixels(x);
  forEachTask(divideUp(size.count(), kTiles), kPoints * kTiles * (depth + outputs), [&](int64_t block, float* v) {
    float* m = v + kPoints * kTiles * depth;
    const int64_t first = block * kTiles;
    const int64_t count = std::min(kTiles, size.count() - first);
    for (int64_t t = 0; t < count; ++t) {
      transformPixel<Cells>(pixels, Pixel(size, first + t), inputs, v + t * depth, kTiles * depth);
    }
    for (int64_t point = 0; point < kPoints; ++point) {
      multiplyPanels<false, Cells>(v + point * kTiles * depth, u + point * outputs * depth,
                                   m + point * kTiles * outputs, {count, outputs, depth, depth, 1, 0, outputs});
    }
    const int64_t line = 2 * size.width * outputs;
    for (int64_t t = 0; t < count; ++t) {
      const Pixel pixel(size, first + t);
      T* to = y.data_ptr<T>() + (pixel.image * size.height + pixel.row) * 2 * line + 2 * pixel.column * outputs;
      transformOutput(m + t * outputs, kTiles * outputs, bias, outputs, to, line);
    }
  });
  return y;
}

// The sums of 2x2 output gradients of a pixel of x, for each tap.
template <class T>
class PairSums {
 public:
  PairSums(const Pixels<T>& dy, const Pixel& pixel) {
    for (int64_t i = 0; i < 16; ++i) {
      from_[i] = dy.at(pixel.image, 2 * pixel.row - 1 + i / 4, 2 * pixel.column - 1 + i % 4);
    }
  }

  Lanes of(int64_t row, int64_t column, int64_t c) const {
    const T* const* corner = from_ + (2 - row) * 4 + 2 - column;
    return (load(corner[0] + c) + load(corner[1] + c)) + (load(corner[4] + c) + load(corner[5] + c));
  }

 private:
  const T* from_[16];
};

template <class Cells, class T>
Tensor inputGrad(const Tensor& dy, const Tensor& filter) {
  const Size size{dy.size(0), dy.size(1) / 2, dy.size(2) / 2};
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const int64_t depth = outputs / Cells::kPerCell;
  Tensor dx = at::empty({size.images, size.height, size.width, inputs}, dy.options());
  // Turned around, the taps' channels are exchanged, as they are wanted here.
  const Tensor panels = filterPanels<Cells, PlainFilter>(turnedFilter(filter));
  const float* u = panels.data_ptr<float>();
  const Pixels<T> pixels(dy);
  forEachTask(divideUp(size.count(), kTiles), kTiles * (kPoints * depth + inputs), [&](int64_t block, float* s) {
    float* sums = s + kPoints * kTiles * depth;
    const int64_t first = block * kTiles;
    const int64_t count = std::min(kTiles, size.count() - first);
    for (int64_t t = 0; t < count; ++t) {
      const PairSums<T> pairSums(pixels, Pixel(size, first + t));
      for (int64_t point = 0; point < kPoints; ++point) {
        float* to = s + (point * kTiles + t) * depth;
        for (int64_t c = 0; c < outputs; c += kLanes) {
          saveAlongDepth<Cells>(pairSums.of(2 - point / 3, 2 - point % 3, c), to + c / Cells::kPerCell);
        }
      }
    }
    std::fill(sums, sums + count * inputs, 0.0f);
    for (int64_t point = 0; point < kPoints; ++point) {
      multiplyPanels<true, Cells>(s + point * kTiles * depth, u + point * inputs * depth, sums,
                                  {count, inputs, depth, depth, 1, 0, inputs});
    }
    T* to = dx.data_ptr<T>() + first * inputs;
    for (int64_t i = 0; i < count * inputs; i += kLanes) save(lanesAt(sums + i), to + i);
  });
  return dx;
}

// Tap by tap and block of input channels by block, so that threads share no sums.
template <class Cells, class T>
Tensor filterGrad(const Tensor& x, const Tensor& dy) {
  constexpr int64_t kInputs = 64;
  constexpr int64_t kDepth = kTiles / Cells::kPerCell;
  const Size size{x.size(0), x.size(1), x.size(2)};
  const int64_t inputs = x.size(3);
  const int64_t outputs = dy.size(3);
  Tensor dfilter = at::zeros({3, 3, inputs, outputs}, x.options().dtype(at::kFloat));
  const T* values = x.data_ptr<T>();
  const Pixels<T> pixels(dy);
  const int64_t blocks = divideUp(inputs, kInputs);
  forEachTask(kPoints * blocks, kDepth * (kInputs + outputs), [&](int64_t task, float* v) {
    const int64_t tap = task / blocks;
    const int64_t firstInput = task % blocks * kInputs;
    const int64_t width = std::min(kInputs, inputs - firstInput);
    float* s = v + kDepth * kInputs;
    float* to = dfilter.data_ptr<float>() + (tap * inputs + firstInput) * outputs;
    for (int64_t first = 0; first < size.count(); first += kTiles) {
      const int64_t count = std::min(kTiles, size.count() - first);
      const int64_t depth = divideUp(count, Cells::kPerCell);
      for (int64_t cell = 0; cell < depth; ++cell) {
        const int64_t number = first + cell * Cells::kPerCell;
        const bool hasNext = number + 1 < size.count();
        const int64_t next = hasNext ? number + 1 : number;
        const auto saveCells = [&](float* to, auto value) {
          if constexpr (Cells::kPerCell == 1) {
            lanesAt(to) = value(0);
          } else {
            lanesAt(to) = pairs(value(0), hasNext ? value(1) : Lanes{});
          }
        };
        const T* own[] = {values + number * inputs + firstInput, values + next * inputs + firstInput};
        for (int64_t c = 0; c < width; c += kLanes) {
          saveCells(v + cell * width + c, [&](int which) { return load(own[which] + c); });
        }
        const PairSums<T> sums[] = {{pixels, Pixel(size, number)}, {pixels, Pixel(size, next)}};
        for (int64_t c = 0; c < outputs; c += kLanes) {
          const int64_t panel = c / kPanel * kPanel;
          const int64_t columns = std::min(kPanel, outputs - panel);
          saveCells(s + panel * depth + cell * columns + c - panel,
                    [&](int which) { return sums[which].of(tap / 3, tap % 3, c); });
        }
      }
      multiplyPanels<true, Cells>(v, s, to, {width, outputs, depth, 1, width, 0, outputs});
    }
  });
  return dfilter;
}

bool isReduced(const Tensor& x) { return x.scalar_type() == at::kBFloat16; }

}  // namespace

Tensor winogradUpsampleConvolve(const Tensor& x, const Tensor& filter, const Tensor& bias) {
  const auto run = isReduced(x) ? convolve<ReducedCells, at::BFloat16> : convolve<Floats, float>;
  return run(x, filter, bias.data_ptr<float>());
}

Tensor winogradUpsampleInputGrad(const Tensor& dy, const Tensor& filter) {
  return isReduced(dy) ? inputGrad<ReducedCells, at::BFloat16>(dy, filter) : inputGrad<Floats, float>(dy, filter);
}

Tensor winogradUpsampleFilterGrad(const Tensor& x, const Tensor& dy) {
  return isReduced(x) ? filterGrad<ReducedCells, at::BFloat16>(x, dy) : filterGrad<Floats, float>(x, dy);
}

}  // namespace ldm
