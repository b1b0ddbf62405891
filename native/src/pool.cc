// 2-d pooling of NHWC tensors and its gradients. For a mean, padding is the same on both sides; tfjs's CPU backend decides
// what other padding means.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

Tensor toNchw(const Tensor& nhwc) {
  TORCH_CHECK(nhwc.dim() == 4, "the image must have the four axes NHWC");
  return nhwc.permute({0, 3, 1, 2});
}
Tensor toNhwc(const Tensor& nchw) { return nchw.permute({0, 2, 3, 1}).contiguous(); }

// The mean of the window's part inside the image.
Tensor avgPool(const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  return toNhwc(at::avg_pool2d(toNchw(x), window, stride, padding, false, false));
}

// tfjs divides by the whole window here, padding included.
Tensor avgPoolGrad(const Tensor& dy, const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  return toNhwc(at::avg_pool2d_backward(toNchw(dy), toNchw(x), window, stride, padding, false, true, {}));
}

// Where the windows of an image lie. `first` and `last` are the rows (axis 0) or columns (axis 1) of the image that the
// k-th window shows, last exclusive.
struct Windows {
  Shape size, stride, before, image;

  int64_t begin(size_t axis, int64_t k) const { return k * stride[axis] - before[axis]; }
  int64_t first(size_t axis, int64_t k) const { return std::max<int64_t>(0, begin(axis, k)); }
  int64_t last(size_t axis, int64_t k) const { return std::min(image[axis], begin(axis, k) + size[axis]); }
};

Windows windows(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before) {
  TORCH_CHECK(x.dim() == 4 && x.scalar_type() == at::kFloat, "the image must be float32 with the four axes NHWC");
  TORCH_CHECK(size.size() == 2 && stride.size() == 2 && before.size() == 2,
              "window, stride and padding are pairs of rows and columns");
  TORCH_CHECK(size[0] > 0 && size[1] > 0 && stride[0] > 0 && stride[1] > 0, "window and stride must be positive");
  TORCH_CHECK(x.size(1) * x.size(2) <= std::numeric_limits<int32_t>::max(), "the image is too large");
  return {size, stride, before, {x.size(1), x.size(2)}};
}

// A NaN is no maximum, where ATen's is one.
Tensor maxPool(const Tensor& x, const Shape& size, const Shape& stride, const Shape& before, const Shape& output) {
  const Windows w = windows(x, size, stride, before);
  TORCH_CHECK(output.size() == 2 && output[0] >= 0 && output[1] >= 0, "the output has two sizes, not negative");
  const int64_t channels = x.size(3);
  const Tensor y = at::empty({x.size(0), output[0], output[1], channels}, x.options());
  const float* images = x.data_ptr<float>();
  float* maxima = y.data_ptr<float>();
  const int64_t work = std::max<int64_t>(1, size[0] * size[1] * output[1] * channels);
  at::parallel_for(0, x.size(0) * output[0], 1 + 32768 / work, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t k = line % output[0];
      const float* image = images + line / output[0] * w.image[0] * w.image[1] * channels;
      for (int64_t l = 0; l < output[1]; ++l) {
        float* __restrict maximum = maxima + (line * output[1] + l) * channels;
        std::fill_n(maximum, channels, -std::numeric_limits<float>::infinity());
        for (int64_t row = w.first(0, k); row < w.last(0, k); ++row) {
          for (int64_t column = w.first(1, l); column < w.last(1, l); ++column) {
            const float* __restrict value = image + (row * w.image[1] + column) * channels;
            for (int64_t c = 0; c < channels; ++c) maximum[c] = value[c] > maximum[c] ? value[c] : maximum[c];
          }
        }
      }
    }
  });
  return y;
}

// The gradient goes to the first of equal maxima, and nowhere from a window without one. Threads divide images and
// channels, because windows overlap.
Tensor maxPoolGrad(const Tensor& dy, const Tensor& x, const Shape& size, const Shape& stride, const Shape& before) {
  constexpr int64_t kBlock = 32;
  const Windows w = windows(x, size, stride, before);
  TORCH_CHECK(dy.dim() == 4 && dy.scalar_type() == at::kFloat && dy.size(0) == x.size(0) && dy.size(3) == x.size(3),
              "the output's gradient must be float32 with the batch and the channels of the image");
  const Tensor dx = at::zeros(x.sizes(), x.options());
  const int64_t channels = x.size(3);
  const int64_t pixels = w.image[0] * w.image[1];
  const int64_t outputs = dy.size(1) * dy.size(2);
  const int64_t blocks = (channels + kBlock - 1) / kBlock;
  const float* values = x.data_ptr<float>();
  const float* given = dy.data_ptr<float>();
  float* gradients = dx.data_ptr<float>();
  at::parallel_for(0, x.size(0) * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t channel = task % blocks * kBlock;
      const int64_t count = std::min(kBlock, channels - channel);
      const float* image = values + task / blocks * pixels * channels + channel;
      const float* fromWindows = given + task / blocks * outputs * channels + channel;
      float* toImage = gradients + task / blocks * pixels * channels + channel;
      for (int64_t output = 0; output < outputs; ++output) {
        const int64_t k = output / dy.size(2);
        const int64_t l = output % dy.size(2);
        float maximum[kBlock];
        int32_t where[kBlock];
        std::fill_n(maximum, kBlock, -std::numeric_limits<float>::infinity());
        std::fill_n(where, kBlock, -1);
        for (int64_t row = w.first(0, k); row < w.last(0, k); ++row) {
          for (int64_t column = w.first(1, l); column < w.last(1, l); ++column) {
            const auto pixel = static_cast<int32_t>(row * w.image[1] + column);
            const float* value = image + pixel * channels;
            for (int64_t c = 0; c < count; ++c) {
              const bool larger = value[c] > maximum[c];
              maximum[c] = larger ? value[c] : maximum[c];
              where[c] = larger ? pixel : where[c];
            }
          }
        }
        for (int64_t c = 0; c < count; ++c) {
          if (where[c] >= 0) toImage[where[c] * channels + c] += fromWindows[output * channels + c];
        }
      }
    }
  });
  return dx;
}

}  // namespace

Exports poolExports() {
  return {bind("avgPool", avgPool), bind("avgPoolGrad", avgPoolGrad), bind("maxPool", maxPool),
          bind("maxPoolGrad", maxPoolGrad)};
}

}  // namespace ldm
