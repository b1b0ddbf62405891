// Pooling of NDHWC tensors by windows that may reach over any edge, and its gradients; 2-d pooling is that of depth 1.
//
// The rules are those of tfjs's CPU backend: a maximum passes over NaN, a mean counts only the window's part inside the
// image, and the gradient of a mean divides by the whole window.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <limits>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr size_t kAxes = 3;

// Depth, rows, columns.
struct Windows {
  int64_t batch;
  int64_t channels;
  Shape input;
  Shape size;
  Shape stride;
  Shape before;
  Shape output;

  int64_t inputPixel(int64_t image, int64_t d, int64_t h, int64_t w) const {
    return ((image * input[0] + d) * input[1] + h) * input[2] + w;
  }
  int64_t outputPixel(int64_t image, int64_t d, int64_t h, int64_t w) const {
    return ((image * output[0] + d) * output[1] + h) * output[2] + w;
  }
};

Windows windows(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  TORCH_CHECK(x.dim() == 5, "the image must have the five axes NDHWC");
  TORCH_CHECK(x.scalar_type() == at::kFloat, "the image must be float32");
  for (const Shape* triple : {&size, &stride, &before, &output}) {
    TORCH_CHECK(triple->size() == kAxes, "window, stride, padding and output size need three entries");
  }
  for (size_t i = 0; i < kAxes; ++i) {
    // Negative padding leaves out what lies before the first window.
    TORCH_CHECK(size[i] > 0 && stride[i] > 0 && output[i] >= 0,
                "window and stride must be positive, the output size not negative");
  }
  TORCH_CHECK(x.numel() <= std::numeric_limits<int32_t>::max(), "the image is too large for int32 positions");
  return {x.size(0), x.size(4), {x.size(1), x.size(2), x.size(3)}, size, stride, before, output};
}

Shape outputShape(const Windows& w) { return {w.batch, w.output[0], w.output[1], w.output[2], w.channels}; }

void checkGradient(const Tensor& dy, const Windows& w) {
  TORCH_CHECK(dy.scalar_type() == at::kFloat && dy.sizes() == at::IntArrayRef(outputShape(w)),
              "the output's gradient must be float32 of the output's shape ", at::IntArrayRef(outputShape(w)));
}

struct Span {
  int64_t begin;
  int64_t end;
  int64_t length() const { return std::max<int64_t>(end - begin, 0); }
};

// The positions along an axis of the input that a window covers.
Span covered(const Windows& w, size_t axis, int64_t window) {
  const int64_t first = window * w.stride[axis] - w.before[axis];
  return {std::max<int64_t>(first, 0), std::min(first + w.size[axis], w.input[axis])};
}

// The windows along an axis that cover a position of the input.
Span covering(const Windows& w, size_t axis, int64_t position) {
  const int64_t last = position + w.before[axis];
  if (last < 0) return {0, 0};
  const int64_t beyond = last - w.size[axis];  // of the last window that ends before the position
  return {beyond < 0 ? 0 : beyond / w.stride[axis] + 1, std::min(last / w.stride[axis] + 1, w.output[axis])};
}

int64_t grain(int64_t workPerLine) { return 1 + 32768 / std::max<int64_t>(workPerLine, 1); }

// Calls visit(output pixel, image, depths, rows, columns) for each window; threads share the lines.
template <class Visit>
void eachWindow(const Windows& w, Visit visit) {
  const int64_t work = w.output[2] * w.channels * w.size[0] * w.size[1] * w.size[2];
  at::parallel_for(0, w.batch * w.output[0] * w.output[1], grain(work), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t row = line % w.output[1];
      const int64_t depth = line / w.output[1] % w.output[0];
      const int64_t image = line / (w.output[0] * w.output[1]);
      for (int64_t column = 0; column < w.output[2]; ++column) {
        visit(w.outputPixel(image, depth, row, column), image, covered(w, 0, depth), covered(w, 1, row),
              covered(w, 2, column));
      }
    }
  });
}

// Calls visit(input pixel) for each pixel of the window.
template <class Visit>
void eachPixel(const Windows& w, int64_t image, Span depths, Span rows, Span columns, Visit visit) {
  for (int64_t d = depths.begin; d < depths.end; ++d) {
    for (int64_t h = rows.begin; h < rows.end; ++h) {
      for (int64_t c = columns.begin; c < columns.end; ++c) visit(w.inputPixel(image, d, h, c));
    }
  }
}

// Calls visit(input pixel, output pixel) for each window that covers a pixel; one thread owns an input line.
template <class Visit>
void eachCover(const Windows& w, Visit visit) {
  const int64_t work = w.input[2] * w.channels * w.size[0] * w.size[1] * w.size[2];
  at::parallel_for(0, w.batch * w.input[0] * w.input[1], grain(work), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t image = line / (w.input[0] * w.input[1]);
      const Span depths = covering(w, 0, line / w.input[1] % w.input[0]);
      const Span rows = covering(w, 1, line % w.input[1]);
      for (int64_t column = 0; column < w.input[2]; ++column) {
        const Span columns = covering(w, 2, column);
        for (int64_t d = depths.begin; d < depths.end; ++d) {
          for (int64_t h = rows.begin; h < rows.end; ++h) {
            for (int64_t c = columns.begin; c < columns.end; ++c) {
              visit(line * w.input[2] + column, w.outputPixel(image, d, h, c));
            }
          }
        }
      }
    }
  });
}

// For each window `add(result, value)` of each of its values, from `initial` on, then `finish(result, window size)`.
template <class Add, class Finish>
Tensor overWindows(const Tensor& x, const Windows& w, float initial, Add add, Finish finish) {
  Tensor y = at::full(outputShape(w), initial, x.options());
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  eachWindow(w, [&](int64_t window, int64_t image, Span depths, Span rows, Span columns) {
    float* result = to + window * w.channels;
    eachPixel(w, image, depths, rows, columns, [&](int64_t pixel) {
      const float* value = from + pixel * w.channels;
      for (int64_t c = 0; c < w.channels; ++c) result[c] = add(result[c], value[c]);
    });
    const auto count = static_cast<float>(std::max<int64_t>(depths.length() * rows.length() * columns.length(), 1));
    for (int64_t c = 0; c < w.channels; ++c) result[c] = finish(result[c], count);
  });
  return y;
}

Tensor windowMax(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  return overWindows(
      x, windows(x, size, stride, before, output), -std::numeric_limits<float>::infinity(),
      [](float best, float value) { return value > best ? value : best; }, [](float best, float) { return best; });
}

Tensor windowMean(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  return overWindows(
      x, windows(x, size, stride, before, output), 0.0f, [](float sum, float value) { return sum + value; },
      [](float sum, float count) { return sum / count; });
}

// For each output value the input pixel, counted over the whole batch, whose value it is; -1 where all are NaN.
// Of equal maxima the first counts, or the last.
Tensor winners(const Tensor& x, const Windows& w, bool last) {
  Tensor pixels = at::full(outputShape(w), -1, x.options().dtype(at::kInt));
  Tensor maxima = at::full(outputShape(w), -std::numeric_limits<double>::infinity(), x.options());
  const float* from = x.data_ptr<float>();
  float* bests = maxima.data_ptr<float>();
  int32_t* winner = pixels.data_ptr<int32_t>();
  eachWindow(w, [&](int64_t window, int64_t image, Span depths, Span rows, Span columns) {
    float* best = bests + window * w.channels;
    int32_t* mine = winner + window * w.channels;
    eachPixel(w, image, depths, rows, columns, [&](int64_t pixel) {
      const float* value = from + pixel * w.channels;
      const auto here = static_cast<int32_t>(pixel);
      for (int64_t c = 0; c < w.channels; ++c) {
        const bool better = last ? value[c] >= best[c] : value[c] > best[c];
        best[c] = better ? value[c] : best[c];
        mine[c] = better ? here : mine[c];
      }
    });
  });
  return pixels;
}

Tensor windowMaxGrad(const Tensor& dy, const Tensor& x, const Shape& size, const Shape& stride, const Shape& before,
                     const Shape& output, bool lastOfEquals) {
  const Windows w = windows(x, size, stride, before, output);
  checkGradient(dy, w);
  const Tensor pixels = winners(x, w, lastOfEquals);
  Tensor dx = at::zeros_like(x);
  const float* from = dy.data_ptr<float>();
  const int32_t* winner = pixels.data_ptr<int32_t>();
  float* to = dx.data_ptr<float>();
  eachCover(w, [&](int64_t pixel, int64_t window) {
    const float* value = from + window * w.channels;
    const int32_t* theirs = winner + window * w.channels;
    float* sum = to + pixel * w.channels;
    const auto here = static_cast<int32_t>(pixel);
    for (int64_t c = 0; c < w.channels; ++c) sum[c] += theirs[c] == here ? value[c] : 0.0f;
  });
  return dx;
}

Tensor windowMeanGrad(const Tensor& dy, const Tensor& x, const Shape& size, const Shape& stride, const Shape& before,
                      const Shape& output) {
  const Windows w = windows(x, size, stride, before, output);
  checkGradient(dy, w);
  Tensor dx = at::zeros_like(x);
  const float* from = dy.data_ptr<float>();
  float* to = dx.data_ptr<float>();
  eachCover(w, [&](int64_t pixel, int64_t window) {
    const float* value = from + window * w.channels;
    float* sum = to + pixel * w.channels;
    for (int64_t c = 0; c < w.channels; ++c) sum[c] += value[c];
  });
  return dx.div_(static_cast<double>(size[0] * size[1] * size[2]));
}

// The flat index of each maximum in its image, or in the batch; -1 where all are NaN.
Tensor windowArgMax(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output,
                    bool withBatch) {
  const Windows w = windows(x, size, stride, before, output);
  Tensor indices = winners(x, w, false);
  const int64_t perImage = w.input[0] * w.input[1] * w.input[2];
  int32_t* index = indices.data_ptr<int32_t>();
  for (int64_t i = 0; i < indices.numel(); ++i) {
    if (index[i] < 0) continue;
    const int64_t pixel = withBatch ? index[i] : index[i] % perImage;
    index[i] = static_cast<int32_t>(pixel * w.channels + i % w.channels);
  }
  return indices;
}

}  // namespace

Exports poolWindowExports() {
  return {bind("windowMax", windowMax), bind("windowMean", windowMean), bind("windowMaxGrad", windowMaxGrad),
          bind("windowMeanGrad", windowMeanGrad), bind("windowArgMax", windowArgMax)};
}

}  // namespace ldm
