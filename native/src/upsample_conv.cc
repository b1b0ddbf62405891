// A 3x3 convolution of a twice enlarged image (nearest neighbour), and its gradient.
//
// On a CPU by products on the image before it is enlarged, see winograd_upsample.h; elsewhere, and for numbers of
// channels that those do not take, LibTorch's convolution of the enlarged image.

#include <ATen/ATen.h>

#include "channels_first.h"
#include "device.h"
#include "filter_layout.h"
#include "lanes.h"
#include "ops.h"
#include "precision.h"
#include "row_sums.h"
#include "winograd_upsample.h"

namespace ldm {
namespace {

using at::Tensor;

void check(const Tensor& x, const Tensor& filter) {
  TORCH_CHECK(x.dim() == 4, "the image must have the four axes NHWC");
  TORCH_CHECK(filter.dim() == 4 && filter.size(0) == 3 && filter.size(1) == 3, "the filter must be 3x3");
  TORCH_CHECK(filter.size(2) == x.size(3), "the filter takes ", filter.size(2), " channels, the image has ", x.size(3));
  TORCH_CHECK(x.is_floating_point() && filter.scalar_type() == at::kFloat, "all tensors must be float32");
  TORCH_CHECK(x.numel() > 0 && filter.numel() > 0, "image or filter is empty");
}

bool byProducts(const Tensor& x, const Tensor& filter) {
  return useLoops(x) && filter.size(2) % kLanes == 0 && filter.size(3) % kLanes == 0;
}

// [N, H, W, C] to [N, 2 H, 2 W, C].
Tensor enlarge(const Tensor& x) {
  const int64_t n = x.size(0), h = x.size(1), w = x.size(2), c = x.size(3);
  return x.view({n, h, 1, w, 1, c}).expand({n, h, 2, w, 2, c}).reshape({n, 2 * h, 2 * w, c});
}

Tensor upsampleConv2d(const MixedTensor& x, const Tensor& filter, const Tensor& bias) {
  check(x, filter);
  TORCH_CHECK(bias.dim() == 1 && bias.size(0) == filter.size(3) && bias.scalar_type() == at::kFloat,
              "the bias must be float32 with one value for each of ", filter.size(3), " output channels");
  const Tensor image = computed(x);
  if (byProducts(x, filter)) return winogradUpsampleConvolve(image, filter, bias);
  return toNhwc(at::convolution(toNchw(enlarge(image)), toOihw(filter, 1, computeType()), computed(bias), {1, 1},
                                {1, 1}, {1, 1}, false, {0, 0}, 1));
}

// dx in the type that is computed in, the gradients of filter and bias in float32.
std::vector<Tensor> upsampleConv2dGrad(const MixedTensor& dy, const MixedTensor& x, const Tensor& filter) {
  check(x, filter);
  const int64_t outputs = filter.size(3);
  TORCH_CHECK(dy.dim() == 4 && dy.size(0) == x.size(0) && dy.size(1) == 2 * x.size(1) && dy.size(2) == 2 * x.size(2) &&
                  dy.size(3) == outputs && dy.is_floating_point(),
              "the output's gradient must be float32 in the output's shape");
  const Tensor gradient = computed(dy);
  const Tensor image = computed(x);
  if (byProducts(x, filter)) {
    Tensor dbias = at::empty({outputs}, filter.options());
    sumRows(dy, 1, dy.numel() / outputs, outputs, dbias);
    return {winogradUpsampleInputGrad(gradient, filter), winogradUpsampleFilterGrad(image, gradient), dbias};
  }
  const Tensor oihw = toOihw(filter, 1, computeType());
  const auto [dlarge, dfilter, unused] =
      at::convolution_backward(toNchw(gradient), toNchw(enlarge(image)), oihw, at::OptionalIntArrayRef(), {1, 1}, {1, 1}, {1, 1},
                               false, {0, 0}, 1, {true, true, false});
  const Tensor dx = toNhwc(dlarge).view({x.size(0), x.size(1), 2, x.size(2), 2, x.size(3)}).sum({2, 4});
  return {dx, fromOihw(dfilter, filter.sizes().vec()), dy.sum({0, 1, 2}, false, at::kFloat)};
}

}  // namespace

Exports upsampleConvExports() {
  return {bind("upsampleConv2d", upsampleConv2d), bind("upsampleConv2dGrad", upsampleConv2dGrad)};
}

}  // namespace ldm
