// Matrix products over the last two axes; the axes before them are batches and broadcast.

#include <ATen/ATen.h>

#include "activation.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

Tensor oriented(const Tensor& x, bool transpose) { return transpose ? x.transpose(-2, -1) : x; }

Tensor product(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB) {
  TORCH_CHECK(a.dim() >= 2 && b.dim() >= 2, "both tensors need at least two axes");
  const Tensor left = oriented(a, transposeA);
  const Tensor right = oriented(b, transposeB);
  TORCH_CHECK(left.size(-1) == right.size(-2), "the inner sizes ", left.size(-1), " and ", right.size(-2), " differ");
  return at::matmul(left, right);
}

// One product for a stack of rows against one matrix, the bias added by the same call.
bool isRowsTimesMatrix(const Tensor& a, const Tensor& b, bool transposeA) {
  return !(transposeA && a.dim() > 2) && a.dim() >= 2 && b.numel() == b.size(-1) * b.size(-2);
}

Tensor fusedMatmul(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB, const std::optional<Tensor>& bias,
                   const std::string& activation, const std::optional<Tensor>& slopes, double alpha) {
  TORCH_CHECK(a.dim() >= 2 && b.dim() >= 2, "both tensors need at least two axes");
  Tensor result;
  if (bias && bias->dim() == 1 && b.dim() <= a.dim() && isRowsTimesMatrix(a, b, transposeA)) {
    const Tensor rows = a.dim() == 2 ? oriented(a, transposeA) : a.view({-1, a.size(-1)});
    const Tensor matrix = oriented(b.view({b.size(-2), b.size(-1)}), transposeB);
    Shape shape(a.sizes().begin(), a.sizes().end());
    shape[shape.size() - 2] = a.dim() == 2 ? rows.size(0) : a.size(-2);
    shape[shape.size() - 1] = matrix.size(1);
    result = at::addmm(*bias, rows, matrix).view(shape);
  } else {
    result = product(a, b, transposeA, transposeB);
    if (bias) result = result.add_(*bias);
  }
  return activate(std::move(result), activation, slopes, alpha);
}

}  // namespace

Exports matmulExports() { return {bind("matmul", product), bind("fusedMatmul", fusedMatmul)}; }

}  // namespace ldm
