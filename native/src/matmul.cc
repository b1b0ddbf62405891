// Matrix products over the last two axes; the axes before them are batches and broadcast.

#include <ATen/ATen.h>

#include <algorithm>

#include "activation.h"
#include "device.h"
#include "filter_layout.h"
#include "ops.h"
#include "precision.h"
#include "tiled_matmul.h"

namespace ldm {
namespace {

using at::Tensor;

Tensor oriented(const Tensor& x, bool transpose) { return transpose ? x.transpose(-2, -1) : x; }

// The product's rows in the shape of a's.
Tensor stacked(const Tensor& a, const Tensor& rows) {
  Shape shape(a.sizes().begin(), a.sizes().end());
  shape.back() = rows.size(1);
  return rows.view(shape);
}

// Many rows against one matrix [k, n], given as [n, k] where `transpose`. Without MKL, LibTorch's product of tall
// matrices is up to twice as slow as oneDNN's 1x1 convolution, which computes the same.
bool worthConvolving(const Tensor& rows, const Tensor& matrix) {
  constexpr int64_t kTall = 1024;
  return useLoops(rows) && !at::hasMKL() && at::globalContext().userEnabledMkldnn() && at::Context::hasMKLDNN() &&
         rows.is_floating_point() && rows.size(0) >= kTall && rows.size(0) >= 2 * matrix.size(0) &&
         rows.size(0) >= 2 * matrix.size(1) && matrix.numel() > 0;
}

// Where LibTorch has MKL, that knows best.
bool byTiles(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB) {
  return useLoops(a) && a.scalar_type() == b.scalar_type() && !at::hasMKL() &&
         worthTiling(a.size(transposeA ? 1 : 0), b.size(transposeB ? 0 : 1), a.size(transposeA ? 0 : 1),
                     a.scalar_type());
}

Tensor rowsTimesMatrix(const Tensor& rows, const Tensor& matrix, bool transpose, const std::optional<Tensor>& bias) {
  if (byTiles(rows, matrix, false, transpose)) return tiledMatmul(rows, matrix, false, transpose, bias);
  if (worthConvolving(rows, matrix)) {
    const Tensor image = rows.view({1, rows.size(0), 1, rows.size(1)}).permute({0, 3, 1, 2});
    const Tensor filter = transpose ? matrix.view({matrix.size(0), matrix.size(1), 1, 1})
                                    : toOihw(matrix.view({1, 1, matrix.size(0), matrix.size(1)}), 1, matrix.scalar_type());
    const Tensor result =
        at::convolution(image, filter, bias ? *bias : Tensor(), {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1);
    return result.permute({0, 2, 3, 1}).reshape({rows.size(0), -1});
  }
  return bias ? at::addmm(*bias, rows, oriented(matrix, transpose)) : at::mm(rows, oriented(matrix, transpose));
}

// Whether all axes before the last two are 1.
bool isSingle(const Tensor& x) { return x.numel() == x.size(-1) * x.size(-2); }

// Whether the product is one of a stack of rows and one matrix, whose bias the same call can add.
bool isOneMatrix(const Tensor& a, const Tensor& b, bool transposeA) {
  return !transposeA && a.dim() >= b.dim() && isSingle(b) && a.numel() > 0;
}

void checkOperands(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB) {
  TORCH_CHECK(a.dim() >= 2 && b.dim() >= 2, "both tensors need at least two axes");
  const int64_t left = a.size(transposeA ? -2 : -1);
  const int64_t right = b.size(transposeB ? -1 : -2);
  TORCH_CHECK(left == right, "the inner sizes ", left, " and ", right, " differ");
}

Tensor product(const Tensor& a, const Tensor& b, bool transposeA, bool transposeB) {
  const Tensor matrix = isSingle(b) ? b.view({b.size(-2), b.size(-1)}) : Tensor();
  if (isOneMatrix(a, b, transposeA)) {
    return stacked(a, rowsTimesMatrix(a.view({-1, a.size(-1)}), matrix, transposeB, {}));
  }
  if (isSingle(a) && isSingle(b)) {
    const Tensor left = a.view({a.size(-2), a.size(-1)});
    if (byTiles(left, matrix, transposeA, transposeB)) {
      Shape shape(static_cast<size_t>(std::max(a.dim(), b.dim())), 1);
      shape[shape.size() - 2] = left.size(transposeA ? 1 : 0);
      shape[shape.size() - 1] = matrix.size(transposeB ? 0 : 1);
      return tiledMatmul(left, matrix, transposeA, transposeB, {}).view(shape);
    }
  }
  return at::matmul(oriented(a, transposeA), oriented(b, transposeB));
}

Tensor matmul(const MixedTensor& a, const MixedTensor& b, bool transposeA, bool transposeB) {
  checkOperands(a, b, transposeA, transposeB);
  return product(computed(a), computed(b), transposeA, transposeB);
}

Tensor fusedMatmul(const MixedTensor& x, const MixedTensor& y, bool transposeA, bool transposeB,
                   const std::optional<Tensor>& bias, const std::string& activation,
                   const std::optional<Tensor>& slopes, double alpha) {
  checkOperands(x, y, transposeA, transposeB);
  const Tensor a = computed(x);
  const Tensor b = computed(y);
  Tensor result;
  if (bias && bias->dim() == 1 && bias->size(0) == b.size(transposeB ? -2 : -1) && isOneMatrix(a, b, transposeA)) {
    const Tensor matrix = b.view({b.size(-2), b.size(-1)});
    result = stacked(a, rowsTimesMatrix(a.view({-1, a.size(-1)}), matrix, transposeB, computed(*bias)));
  } else {
    result = product(a, b, transposeA, transposeB);
    if (bias) result = result.add_(computed(*bias));
  }
  return activate(std::move(result), activation, slopes, alpha);
}

}  // namespace

Exports matmulExports() { return {bind("matmul", matmul), bind("fusedMatmul", fusedMatmul)}; }

}  // namespace ldm
