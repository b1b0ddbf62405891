#pragma once
// Convolution filters lie as HWIO in tfjs and are wanted as OIHW in channels-last order (memory OHWI) by LibTorch.

#include <ATen/core/Tensor.h>

#include <vector>

namespace ldm {

// HWIO to OIHW; of a depthwise filter [H, W, C, multiplier] to [C * multiplier, 1, H, W].
at::Tensor toOihw(const at::Tensor& filter, int64_t groups);

// The way back, to a dense tensor of the given HWIO shape.
at::Tensor fromOihw(const at::Tensor& oihw, const std::vector<int64_t>& hwioShape);

}  // namespace ldm
