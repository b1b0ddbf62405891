#pragma once
// Sums over rows of channels.

#include <ATen/core/Tensor.h>

namespace ldm {

// The float32 sums over the middle axis of x, which is dense and taken as [outer, rows, channels], float32 or bfloat16.
// `sums` has outer * channels values. Sums run in float32 over blocks of rows and then in double; the blocks are the
// same whatever the number of threads, and so is the result.
void sumRows(const at::Tensor& x, int64_t outer, int64_t rows, int64_t channels, at::Tensor& sums);

}  // namespace ldm
