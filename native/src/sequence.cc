// Sequences of numbers, and sums of products by index notation.

#include <ATen/ATen.h>

#include <cmath>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

template <class T>
Tensor steps(double start, double step, int64_t count, at::ScalarType type) {
  Tensor values = at::empty({count}, at::TensorOptions().dtype(type));
  T* value = values.data_ptr<T>();
  // Each value is what the one before, as stored, gives: so tfjs rounds.
  for (int64_t i = 0; i < count; ++i) {
    const double next = i == 0 ? start : static_cast<double>(value[i - 1]) + step;
    value[i] = static_cast<T>(next);
  }
  return values;
}

Tensor range(double start, double step, int64_t count, const std::string& dtype) {
  TORCH_CHECK(count >= 0, "the number of values must not be negative");
  if (scalarType(dtype) == at::kFloat) return steps<float>(start, step, count, at::kFloat);
  TORCH_CHECK(scalarType(dtype) == at::kInt, "dtype must be float32 or int32");
  const double last = start + step * static_cast<double>(count);
  TORCH_CHECK(std::abs(start) < 2147483648.0 && std::abs(last) < 4294967296.0, "the values exceed int32");
  return steps<int32_t>(start, step, count, at::kInt);
}

Tensor einsum(const std::string& equation, const std::vector<Tensor>& tensors) {
  return at::einsum(equation, tensors);
}

}  // namespace

Exports sequenceExports() { return {bind("range", range), bind("einsum", einsum)}; }

}  // namespace ldm
