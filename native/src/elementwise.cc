// Element-wise functions of one tensor. NaN and rounding follow tfjs's CPU backend.

#include <ATen/ATen.h>

#include "device.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// What storing a number in an Int32Array does: NaN and infinities become 0, the rest is taken modulo 2^32.
Tensor toInt32(const Tensor& x) {
  if (!x.is_floating_point()) return x.to(at::kInt);
  return at::where(x.abs() < 9.2e18, x, at::zeros({}, x.options())).to(at::kLong).to(at::kInt);
}

Tensor cast(const Tensor& x, const std::string& dtype) {
  const at::ScalarType type = scalarType(dtype);
  return type == at::kInt ? toInt32(x) : x.to(type);
}

Tensor step(const Tensor& x, double alpha) {
  const Tensor otherwise = at::where(x.isnan(), x, at::full({}, alpha, x.options()));
  return at::where(x > 0, at::ones({}, x.options()), otherwise);
}

Tensor fill(const Shape& shape, double value, const std::string& dtype) {
  return at::full(shape, value, newTensor(scalarType(dtype)));
}

}  // namespace

Exports unaryExports() {
  return {
      bind("neg", +[](const MixedTensor& x) { return at::neg(x); }),
      bind("abs", +[](const Tensor& x) { return at::abs(x); }),
      bind("exp", +[](const Tensor& x) { return at::exp(x); }),
      bind("expm1", +[](const Tensor& x) { return at::expm1(x); }),
      bind("log", +[](const Tensor& x) { return at::log(x); }),
      bind("log1p", +[](const Tensor& x) { return at::log1p(x); }),
      bind("sqrt", +[](const Tensor& x) { return at::sqrt(x); }),
      bind("rsqrt", +[](const Tensor& x) { return at::rsqrt(x); }),
      bind("square", +[](const Tensor& x) { return at::mul(x, x); }),
      bind("sigmoid", +[](const MixedTensor& x) { return at::sigmoid(x); }),
      bind("tanh", +[](const Tensor& x) { return at::tanh(x); }),
      bind("relu", +[](const Tensor& x) { return at::relu(x); }),
      bind("relu6", +[](const Tensor& x) { return at::clamp(x, 0, 6); }),
      bind("elu", +[](const Tensor& x) { return at::elu(x); }),
      bind("selu", +[](const Tensor& x) { return at::selu(x); }),
      bind("softplus", +[](const Tensor& x) { return at::softplus(x); }),
      bind("erf", +[](const Tensor& x) { return at::erf(x); }),
      bind("sin", +[](const Tensor& x) { return at::sin(x); }),
      bind("cos", +[](const Tensor& x) { return at::cos(x); }),
      bind("tan", +[](const Tensor& x) { return at::tan(x); }),
      bind("asin", +[](const Tensor& x) { return at::asin(x); }),
      bind("acos", +[](const Tensor& x) { return at::acos(x); }),
      bind("atan", +[](const Tensor& x) { return at::atan(x); }),
      bind("sinh", +[](const Tensor& x) { return at::sinh(x); }),
      bind("cosh", +[](const Tensor& x) { return at::cosh(x); }),
      bind("asinh", +[](const Tensor& x) { return at::asinh(x); }),
      bind("acosh", +[](const Tensor& x) { return at::acosh(x); }),
      bind("atanh", +[](const Tensor& x) { return at::atanh(x); }),
      bind("floor", +[](const Tensor& x) { return at::floor(x); }),
      bind("ceil", +[](const Tensor& x) { return at::ceil(x); }),
      bind("round", +[](const Tensor& x) { return at::round(x); }),
      bind("sign", +[](const Tensor& x) { return at::sign(x); }),
      bind("reciprocal", +[](const Tensor& x) { return at::reciprocal(x); }),
      bind("isNan", +[](const Tensor& x) { return at::isnan(x); }),
      bind("isInf", +[](const Tensor& x) { return at::isinf(x); }),
      bind("isFinite", +[](const Tensor& x) { return at::isfinite(x); }),
      bind("logicalNot", +[](const Tensor& x) { return at::logical_not(x); }),
      bind("leakyRelu", +[](const Tensor& x, double alpha) { return at::leaky_relu(x, alpha); }),
      bind("clip", +[](const Tensor& x, double low, double high) { return at::clamp(x, low, high); }),
      bind("copy", +[](const MixedTensor& x) { return x.clone(); }),
      bind("step", step),
      bind("cast", cast),
      bind("fill", fill),
  };
}

}  // namespace ldm
