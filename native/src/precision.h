#pragma once
// The engine's precision. Under `bf16-mixed` convolutions and matrix products compute and answer in bfloat16, and what
// moves, adds, normalizes or activates their results leaves them so, its own arithmetic in float32. Every operation that
// does not say so by taking MixedTensor arguments gets float32: weights and their gradients, statistics, softmax, losses.
// JavaScript sees float32 throughout.

#include <ATen/core/Tensor.h>

#include <string>

namespace ldm {

// `32` or `bf16-mixed`, for the whole process.
void setPrecision(const std::string& name);

// What convolutions and matrix products compute in.
at::ScalarType computeType();

// A floating-point operand in that type; others as they are.
at::Tensor computed(const at::Tensor& x);

// `native` where the processor multiplies bfloat16 numbers, `emulated` where oneDNN widens them, else `none`.
std::string bfloat16Support();

}  // namespace ldm
