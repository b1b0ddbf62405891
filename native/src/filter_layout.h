#pragma once
// Convolution filters lie as HWIO in tfjs and are wanted as OIHW in channels-last order (memory OHWI) by LibTorch.

#include <ATen/core/Tensor.h>

#include <vector>

namespace ldm {

// HWIO to OIHW of the given type; of a depthwise filter [H, W, C, multiplier] to [C * multiplier, 1, H, W].
at::Tensor toOihw(const at::Tensor& filter, int64_t groups, at::ScalarType type);

// The way back, to a dense float32 tensor of the given HWIO shape.
at::Tensor fromOihw(const at::Tensor& oihw, const std::vector<int64_t>& hwioShape);

// A float32 HWIO filter turned around, [H - 1 - row, W - 1 - column], with its channels exchanged: [H, W, O, I].
at::Tensor turnedFilter(const at::Tensor& filter);

}  // namespace ldm
