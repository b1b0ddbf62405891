// 2-d pooling of NHWC tensors and its gradients. Padding is the same on both sides; tfjs's CPU backend decides what
// other padding means.

#include <ATen/ATen.h>

#include <cstdint>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

Tensor toNchw(const Tensor& nhwc) {
  TORCH_CHECK(nhwc.dim() == 4, "the image must have the four axes NHWC");
  return nhwc.permute({0, 3, 1, 2});
}
Tensor toNhwc(const Tensor& nchw) { return nchw.permute({0, 2, 3, 1}).contiguous(); }

void checkPair(const Shape& pair, int64_t least, const char* name) {
  TORCH_CHECK(pair.size() == 2, name, " is a pair of rows and columns, found ", pair.size(), " numbers");
  for (const int64_t value : pair) {
    TORCH_CHECK(value >= least && value <= INT32_MAX, name, " must be ", least, " or more, found ", value);
  }
}

void checkWindow(const Shape& window, const Shape& stride, const Shape& padding) {
  checkPair(window, 1, "the window");
  checkPair(stride, 1, "the stride");
  checkPair(padding, 0, "the padding");
}

// LibTorch itself holds only rows and columns against the image.
void checkGradient(const Tensor& dy, const Tensor& x) {
  TORCH_CHECK(dy.dim() == 4 && x.dim() == 4 && dy.size(0) == x.size(0) && dy.size(3) == x.size(3) &&
                  dy.scalar_type() == x.scalar_type(),
              "the output's gradient must have the batch, the channels and the dtype of the image");
}

// The mean of the window's part inside the image.
Tensor avgPool(const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  checkWindow(window, stride, padding);
  return toNhwc(at::avg_pool2d(toNchw(x), window, stride, padding, false, false));
}

// tfjs divides by the whole window here, padding included.
Tensor avgPoolGrad(const Tensor& dy, const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  checkWindow(window, stride, padding);
  checkGradient(dy, x);
  return toNhwc(at::avg_pool2d_backward(toNchw(dy), toNchw(x), window, stride, padding, false, true, {}));
}

Tensor maxPool(const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding, const Shape& dilation) {
  checkWindow(window, stride, padding);
  checkPair(dilation, 1, "the dilation");
  return toNhwc(at::max_pool2d(toNchw(x), window, stride, padding, dilation));
}

// The gradient goes to the first of equal maxima.
Tensor maxPoolGrad(const Tensor& dy, const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  checkWindow(window, stride, padding);
  checkGradient(dy, x);
  const Tensor image = toNchw(x);
  const Tensor indices = std::get<1>(at::max_pool2d_with_indices(image, window, stride, padding));
  return toNhwc(
      at::max_pool2d_with_indices_backward(toNchw(dy), image, window, stride, padding, {1, 1}, false, indices));
}

}  // namespace

Exports poolExports() {
  return {bind("avgPool", avgPool), bind("avgPoolGrad", avgPoolGrad), bind("maxPool", maxPool),
          bind("maxPoolGrad", maxPoolGrad)};
}

}  // namespace ldm
