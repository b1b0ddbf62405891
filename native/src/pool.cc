// 2-d pooling of NHWC tensors and its gradients, by tfjs's rules: padding may be larger on one side, a mean is one of
// the window's part inside the image, and a NaN is no maximum, where ATen's is one.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Where the windows of an image lie. `first` and `last` are the rows (axis 0) or columns (axis 1) of the image that the
// k-th window shows, last exclusive.
struct Windows {
  Shape size, stride, before, image;

  int64_t begin(size_t axis, int64_t k) const { return k * stride[axis] - before[axis]; }
  int64_t first(size_t axis, int64_t k) const { return std::max<int64_t>(0, begin(axis, k)); }
  int64_t last(size_t axis, int64_t k) const { return std::min(image[axis], begin(axis, k) + size[axis]); }

  // Calls `visit` with the number of each pixel of the image that a window shows, row by row.
  template <class Visit>
  void forEachPixel(int64_t k, int64_t l, Visit visit) const {
    for (int64_t row = first(0, k); row < last(0, k); ++row) {
      for (int64_t column = first(1, l); column < last(1, l); ++column) visit(row * image[1] + column);
    }
  }
};

Windows windows(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before) {
  TORCH_CHECK(x.dim() == 4 && x.scalar_type() == at::kFloat, "the image must be float32 with the four axes NHWC");
  TORCH_CHECK(size.size() == 2 && stride.size() == 2 && before.size() == 2,
              "window, stride and padding are pairs of rows and columns");
  TORCH_CHECK(size[0] > 0 && size[1] > 0 && stride[0] > 0 && stride[1] > 0, "window and stride must be positive");
  TORCH_CHECK(x.size(1) * x.size(2) <= std::numeric_limits<int32_t>::max(), "the image is too large");
  return {size, stride, before, {x.size(1), x.size(2)}};
}

// Calls `pool(image, k, l, result)` for each window: the image's first pixel and the pixel of the result.
template <class Pool>
Tensor pooled(const Tensor& x, const Windows& w, const Shape& output, Pool pool) {
  TORCH_CHECK(output.size() == 2 && output[0] >= 0 && output[1] >= 0, "the output has two sizes, not negative");
  const int64_t channels = x.size(3);
  const Tensor y = at::empty({x.size(0), output[0], output[1], channels}, x.options());
  const float* images = x.data_ptr<float>();
  float* results = y.data_ptr<float>();
  const int64_t work = std::max<int64_t>(1, w.size[0] * w.size[1] * output[1] * channels);
  at::parallel_for(0, x.size(0) * output[0], 1 + 32768 / work, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const float* image = images + line / output[0] * w.image[0] * w.image[1] * channels;
      for (int64_t l = 0; l < output[1]; ++l) {
        pool(image, line % output[0], l, results + (line * output[1] + l) * channels);
      }
    }
  });
  return y;
}

Tensor avgPool(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  const Windows w = windows(x, size, stride, before);
  const int64_t channels = x.size(3);
  return pooled(x, w, output, [&](const float* image, int64_t k, int64_t l, float* __restrict mean) {
    std::fill_n(mean, channels, 0.0f);
    int64_t count = 0;
    w.forEachPixel(k, l, [&](int64_t pixel) {
      const float* __restrict value = image + pixel * channels;
      for (int64_t c = 0; c < channels; ++c) mean[c] += value[c];
      ++count;
    });
    const auto pixels = static_cast<float>(count);
    for (int64_t c = 0; c < channels; ++c) mean[c] /= pixels;
  });
}

Tensor maxPool(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  const Windows w = windows(x, size, stride, before);
  const int64_t channels = x.size(3);
  return pooled(x, w, output, [&](const float* image, int64_t k, int64_t l, float* __restrict maximum) {
    std::fill_n(maximum, channels, -std::numeric_limits<float>::infinity());
    w.forEachPixel(k, l, [&](int64_t pixel) {
      const float* __restrict value = image + pixel * channels;
      for (int64_t c = 0; c < channels; ++c) maximum[c] = value[c] > maximum[c] ? value[c] : maximum[c];
    });
  });
}

constexpr int64_t kBlock = 128;
constexpr int64_t kSmallBlock = 32;  // where there are fewer images than threads
constexpr int64_t kNarrow = 8;       // below, one channel after the other is faster than all at once

// Calls `spread(image, k, l, dy, dx, count)` for each window and block of channels: the first pixels of the image and
// of its gradient, the window's pixel of dy, and how many channels there are, at most kBlock. Threads divide images and
// channels, because windows overlap.
template <class Spread>
Tensor spreadOut(const Tensor& dy, const Tensor& x, Spread spread) {
  TORCH_CHECK(dy.dim() == 4 && dy.scalar_type() == at::kFloat && dy.size(0) == x.size(0) && dy.size(3) == x.size(3),
              "the output's gradient must be float32 with the batch and the channels of the image");
  const Tensor dx = at::zeros(x.sizes(), x.options());
  const int64_t channels = x.size(3);
  const int64_t pixels = x.size(1) * x.size(2);
  const int64_t rows = dy.size(1);
  const int64_t columns = dy.size(2);
  const int64_t block = x.size(0) < at::get_num_threads() ? kSmallBlock : kBlock;
  const int64_t blocks = (channels + block - 1) / block;
  const float* images = x.data_ptr<float>();
  const float* given = dy.data_ptr<float>();
  float* gradients = dx.data_ptr<float>();
  at::parallel_for(0, x.size(0) * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t channel = task % blocks * block;
      const int64_t first = task / blocks * pixels * channels + channel;
      const float* fromWindow = given + task / blocks * rows * columns * channels + channel;
      const int64_t count = std::min(block, channels - channel);
      for (int64_t k = 0; k < rows; ++k) {
        for (int64_t l = 0; l < columns; ++l, fromWindow += channels) {
          spread(images + first, k, l, fromWindow, gradients + first, count);
        }
      }
    }
  });
  return dx;
}

// tfjs divides by the whole window here, padding included.
Tensor avgPoolGrad(const Tensor& dy, const Tensor& x, const Shape& size, const Shape& stride, const Shape& before) {
  const Windows w = windows(x, size, stride, before);
  const int64_t channels = x.size(3);
  const float share = 1.0f / static_cast<float>(size[0] * size[1]);
  return spreadOut(dy, x, [&](const float*, int64_t k, int64_t l, const float* __restrict from, float* dx,
                              int64_t count) {
    if (count < kNarrow) {
      w.forEachPixel(k, l, [&](int64_t pixel) {
        float* to = dx + pixel * channels;
        for (int64_t c = count; c-- > 0;) to[c] += from[c] * share;
      });
      return;
    }
    w.forEachPixel(k, l, [&](int64_t pixel) {
      float* __restrict to = dx + pixel * channels;
      for (int64_t c = 0; c < count; ++c) to[c] += from[c] * share;
    });
  });
}

// The gradient goes to the first of equal maxima, and nowhere from a window without one.
Tensor maxPoolGrad(const Tensor& dy, const Tensor& x, const Shape& size, const Shape& stride, const Shape& before) {
  const Windows w = windows(x, size, stride, before);
  const int64_t channels = x.size(3);
  return spreadOut(dy, x, [&](const float* image, int64_t k, int64_t l, const float* from, float* dx, int64_t count) {
    constexpr float kNone = -std::numeric_limits<float>::infinity();
    if (count < kNarrow) {
      for (int64_t c = 0; c < count; ++c) {
        float largest = kNone;
        int64_t where = -1;
        w.forEachPixel(k, l, [&](int64_t pixel) {
          const float value = image[pixel * channels + c];
          if (value > largest) {
            largest = value;
            where = pixel;
          }
        });
        if (where >= 0) dx[where * channels + c] += from[c];
      }
      return;
    }
    float maximum[kBlock];
    float pending[kBlock];
    std::fill_n(maximum, count, kNone);
    w.forEachPixel(k, l, [&](int64_t pixel) {
      const float* value = image + pixel * channels;
      for (int64_t c = 0; c < count; ++c) maximum[c] = value[c] > maximum[c] ? value[c] : maximum[c];
    });
    for (int64_t c = 0; c < count; ++c) pending[c] = maximum[c] > kNone ? from[c] : 0.0f;
    w.forEachPixel(k, l, [&](int64_t pixel) {
      const float* value = image + pixel * channels;
      float* __restrict to = dx + pixel * channels;
      for (int64_t c = 0; c < count; ++c) {
        const bool here = value[c] == maximum[c];
        to[c] += here ? pending[c] : 0.0f;
        pending[c] = here ? 0.0f : pending[c];
      }
    });
  });
}

}  // namespace

Exports poolExports() {
  return {bind("avgPool", avgPool), bind("avgPoolGrad", avgPoolGrad), bind("maxPool", maxPool),
          bind("maxPoolGrad", maxPoolGrad)};
}

}  // namespace ldm
