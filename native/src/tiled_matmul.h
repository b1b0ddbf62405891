#pragma once
// Products of large matrices by tiles, on the threads that all other loops run on: a BLAS with threads of its own
// (Debian's OpenBLAS) has them wait beside ours, which costs more than its better cores gain.

#include <ATen/core/Tensor.h>

#include <optional>

namespace ldm {

// Whether the sizes of c [rows, columns] = a [rows, depth] * b [depth, columns] are worth the tiles, and the type has some:
// float32, and bfloat16 where the processor multiplies it.
bool worthTiling(int64_t rows, int64_t columns, int64_t depth, at::ScalarType type);

// a * b + bias; a is dense [rows, depth], or [depth, rows] where `transposeA`, b [depth, columns] or [columns, depth]
// likewise. All of one type, and of sizes, that are worth it; sums run in float32.
at::Tensor tiledMatmul(const at::Tensor& a, const at::Tensor& b, bool transposeA, bool transposeB,
                       const std::optional<at::Tensor>& bias);

}  // namespace ldm
