#pragma once
// Images lie as NHWC here; LibTorch's operations take NCHW, whose channels-last order is the same memory.

#include <ATen/core/Tensor.h>

namespace ldm {

inline at::Tensor toNchw(const at::Tensor& nhwc) { return nhwc.permute({0, 3, 1, 2}); }
inline at::Tensor toNhwc(const at::Tensor& nchw) { return nchw.permute({0, 2, 3, 1}).contiguous(); }

}  // namespace ldm
