#pragma once
// The activations that tfjs fuses into convolutions and matrix products.

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

namespace ldm {

// Applies tfjs's activation `name` to x, which must own its memory, where it lies; `alpha` is the slope of leakyrelu,
// `slopes` the broadcastable weights of prelu.
at::Tensor activate(at::Tensor x, const std::string& name, const std::optional<at::Tensor>& slopes, double alpha);

}  // namespace ldm
