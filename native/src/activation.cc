#include "activation.h"

#include <ATen/ATen.h>

namespace ldm {

at::Tensor activate(at::Tensor x, const std::string& name, const std::optional<at::Tensor>& slopes, double alpha) {
  if (name == "linear") return x;
  if (name == "relu") return x.relu_();
  if (name == "relu6") return x.clamp_(0, 6);
  if (name == "elu") return at::elu_(x);
  if (name == "sigmoid") return x.sigmoid_();
  if (name == "leakyrelu") return at::leaky_relu_(x, alpha);
  if (name == "prelu") {
    TORCH_CHECK(slopes.has_value(), "the activation prelu needs its weights");
    return at::where(x < 0, x * *slopes, x);
  }
  TORCH_CHECK(false, "unknown activation '", name, "'");
}

}  // namespace ldm
