#pragma once
// A 3x3 convolution of a twice enlarged image by Winograd's minimal filtering, on the image before it is enlarged.
//
// Where every second pixel is the one before it, 7 of the 16 products of F(2x2, 3x3) vanish: 9 multiplications give the
// 4 results that take 36 otherwise. In NHWC and HWIO memory as they are; images are float32 or bfloat16 and so is the
// result; filters, biases and their gradients are float32. Channels are multiples of kLanes.

#include <ATen/core/Tensor.h>

namespace ldm {

// x [N, H, W, inputs], filter [3, 3, inputs, outputs], bias [outputs]: [N, 2 H, 2 W, outputs].
at::Tensor winogradUpsampleConvolve(const at::Tensor& x, const at::Tensor& filter, const at::Tensor& bias);

// The gradient with respect to x.
at::Tensor winogradUpsampleInputGrad(const at::Tensor& dy, const at::Tensor& filter);

// The gradient with respect to the filter.
at::Tensor winogradUpsampleFilterGrad(const at::Tensor& x, const at::Tensor& dy);

}  // namespace ldm
