// Element-wise functions of several tensors, broadcast against one another as NumPy does.

#include <ATen/ATen.h>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// floor(a / b) as int32 with tfjs's rules: in double precision, 0 where the quotient is not finite.
Tensor floorDiv(const Tensor& a, const Tensor& b) {
  const Tensor quotient = at::floor(at::div(a.to(at::kDouble), b.to(at::kDouble)));
  return at::where(quotient.abs() < 9.2e18, quotient, at::zeros({}, quotient.options())).to(at::kLong).to(at::kInt);
}

// The remainder with the sign of the divisor.
Tensor mod(const Tensor& a, const Tensor& divisor) {
  // The processor traps on the least integer divided by -1; the remainder is 0, as it is by 1.
  const Tensor b = divisor.is_floating_point()
                       ? divisor
                       : at::where(divisor == -1, at::ones({}, divisor.options()), divisor);
  const Tensor remainder = at::fmod(a, b);
  const Tensor sameSign = at::logical_or(at::logical_and(a < 0, b < 0), at::logical_and(a >= 0, b >= 0));
  return at::where(sameSign, remainder, at::fmod(remainder + b, b));
}

Tensor squaredDifference(const Tensor& a, const Tensor& b) {
  Tensor difference = at::sub(a, b);
  return difference.mul_(difference);
}

Tensor prelu(const Tensor& x, const Tensor& slopes) { return at::where(x < 0, x * slopes, x); }

Tensor eluGrad(const Tensor& dy, const Tensor& y) { return at::where(y >= 0, dy, dy * (y + 1)); }

Tensor addN(const std::vector<MixedTensor>& tensors) {
  TORCH_CHECK(!tensors.empty(), "needs at least one tensor");
  if (tensors.size() == 1) return tensors[0];
  Tensor sum = at::add(tensors[0], tensors[1]);
  for (size_t i = 2; i < tensors.size(); ++i) sum = at::add(sum, tensors[i]);
  return sum;
}

// The condition's shape is that of the branches, or one entry for each of their rows.
Tensor select(const Tensor& condition, const Tensor& whenTrue, const Tensor& whenFalse) {
  if (condition.dim() == 1 && whenTrue.dim() > 1) {
    Shape rows(static_cast<size_t>(whenTrue.dim()), 1);
    rows[0] = condition.size(0);
    return at::where(condition.view(rows), whenTrue, whenFalse);
  }
  return at::where(condition, whenTrue, whenFalse);
}

}  // namespace

Exports binaryExports() {
  return {
      bind("add", +[](const MixedTensor& a, const MixedTensor& b) { return at::add(a, b); }),
      bind("sub", +[](const MixedTensor& a, const MixedTensor& b) { return at::sub(a, b); }),
      bind("mul", +[](const MixedTensor& a, const MixedTensor& b) { return at::mul(a, b); }),
      bind("div", +[](const MixedTensor& a, const MixedTensor& b) { return at::div(a, b); }),
      bind("maximum", +[](const Tensor& a, const Tensor& b) { return at::maximum(a, b); }),
      bind("minimum", +[](const Tensor& a, const Tensor& b) { return at::minimum(a, b); }),
      bind("pow", +[](const Tensor& a, const Tensor& b) { return at::pow(a, b); }),
      bind("atan2", +[](const Tensor& a, const Tensor& b) { return at::atan2(a, b); }),
      bind("equal", +[](const Tensor& a, const Tensor& b) { return at::eq(a, b); }),
      bind("notEqual", +[](const Tensor& a, const Tensor& b) { return at::ne(a, b); }),
      bind("greater", +[](const Tensor& a, const Tensor& b) { return at::gt(a, b); }),
      bind("greaterEqual", +[](const Tensor& a, const Tensor& b) { return at::ge(a, b); }),
      bind("less", +[](const Tensor& a, const Tensor& b) { return at::lt(a, b); }),
      bind("lessEqual", +[](const Tensor& a, const Tensor& b) { return at::le(a, b); }),
      bind("logicalAnd", +[](const Tensor& a, const Tensor& b) { return at::logical_and(a, b); }),
      bind("logicalOr", +[](const Tensor& a, const Tensor& b) { return at::logical_or(a, b); }),
      bind("bitwiseAnd", +[](const Tensor& a, const Tensor& b) { return at::bitwise_and(a, b); }),
      bind("floorDiv", floorDiv),
      bind("mod", mod),
      bind("squaredDifference", squaredDifference),
      bind("prelu", prelu),
      bind("eluGrad", eluGrad),
      bind("addN", addN),
      bind("select", select),
  };
}

}  // namespace ldm
