// Sequences of numbers, products along an axis, and sums of products by index notation.

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

Tensor cumprod(const Tensor& x, int64_t axis, bool exclusive, bool reverse) {
  const Tensor ordered = reverse ? at::flip(x, {axis}) : x;
  Tensor products = at::cumprod(ordered, axis, x.scalar_type());
  const int64_t length = x.size(axis);
  if (exclusive && length > 0) {
    const Tensor first = at::ones_like(products.narrow(axis, 0, 1));
    products = at::cat({first, products.narrow(axis, 0, length - 1)}, axis);
  }
  return reverse ? at::flip(products, {axis}) : products;
}

Tensor einsum(const std::string& equation, const std::vector<Tensor>& tensors) {
  return at::einsum(equation, tensors);
}

}  // namespace

Exports sequenceExports() { return {bind("range", range), bind("cumprod", cumprod), bind("einsum", einsum)}; }

}  // namespace ldm
