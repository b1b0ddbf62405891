// 2-d pooling of NHWC tensors and its gradients. Padding is the same on both sides; tfjs's CPU backend decides what
// other padding means.

#include <ATen/ATen.h>

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
Tensor avgPool(const MixedTensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  return toNhwc(at::avg_pool2d(toNchw(x), window, stride, padding, false, false));
}

// tfjs divides by the whole window here, padding included.
Tensor avgPoolGrad(const MixedTensor& dy, const MixedTensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
  return toNhwc(at::avg_pool2d_backward(toNchw(dy), toNchw(x.to(dy.scalar_type())), window, stride, padding, false, true, {}));
}

Tensor maxPool(const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding, const Shape& dilation) {
  return toNhwc(at::max_pool2d(toNchw(x), window, stride, padding, dilation));
}

// The gradient goes to the first of equal maxima.
Tensor maxPoolGrad(const Tensor& dy, const Tensor& x, const Shape& window, const Shape& stride, const Shape& padding) {
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
