// SiLU, GELU and GEGLU of whole tensors, and their gradients: one pass over memory, nothing kept but the inputs.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "gelu.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Values a thread takes at least: waking it for fewer costs more than it saves.
constexpr int64_t kGrain = 16384;

void checkFloat(const Tensor& tensor) {
  TORCH_CHECK(tensor.scalar_type() == at::kFloat, "all tensors must be float32");
}

template <class F>
void mapValues(const float* __restrict__ x, float* __restrict__ y, int64_t size) {
  for (int64_t i = 0; i < size; ++i) y[i] = F::value(x[i]);
}

template <class F>
void mapSlopes(const float* __restrict__ dy, const float* __restrict__ x, float* __restrict__ dx, int64_t size) {
  for (int64_t i = 0; i < size; ++i) dx[i] = dy[i] * F::slope(x[i]);
}

template <class F>
Tensor activation(const Tensor& x) {
  checkFloat(x);
  Tensor y = at::empty(x.sizes(), x.options());
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  at::parallel_for(0, x.numel(), kGrain,
                   [&](int64_t begin, int64_t end) { mapValues<F>(in + begin, out + begin, end - begin); });
  return y;
}

template <class F>
Tensor activationGrad(const Tensor& dy, const Tensor& x) {
  checkFloat(dy);
  checkFloat(x);
  TORCH_CHECK(dy.sizes() == x.sizes(), "the gradient must have the shape of the input");
  Tensor dx = at::empty(x.sizes(), x.options());
  const float* gradient = dy.data_ptr<float>();
  const float* in = x.data_ptr<float>();
  float* out = dx.data_ptr<float>();
  at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
    mapSlopes<F>(gradient + begin, in + begin, out + begin, end - begin);
  });
  return dx;
}

bool isTanh(const std::string& approximate) {
  TORCH_CHECK(approximate == "none" || approximate == "tanh", "approximate must be none or tanh, found '", approximate,
              "'");
  return approximate == "tanh";
}

Tensor gelu(const Tensor& x, const std::string& approximate) {
  return isTanh(approximate) ? activation<GeluTanh>(x) : activation<GeluErf>(x);
}

Tensor geluGrad(const Tensor& dy, const Tensor& x, const std::string& approximate) {
  return isTanh(approximate) ? activationGrad<GeluTanh>(dy, x) : activationGrad<GeluErf>(dy, x);
}

void gegluRow(const float* __restrict__ value, const float* __restrict__ gate, float* __restrict__ y, int64_t width) {
  for (int64_t i = 0; i < width; ++i) y[i] = value[i] * GeluErf::value(gate[i]);
}

void gegluGradRow(const float* __restrict__ dy, const float* __restrict__ value, const float* __restrict__ gate,
                  float* __restrict__ dvalue, float* __restrict__ dgate, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    dvalue[i] = dy[i] * GeluErf::value(gate[i]);
    dgate[i] = dy[i] * value[i] * GeluErf::slope(gate[i]);
  }
}

// Half the last axis: the shape of geglu's result.
Shape halved(const Tensor& x) {
  checkFloat(x);
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) % 2 == 0, "the last axis must be even: values, then as many gates");
  Shape shape = x.sizes().vec();
  shape.back() /= 2;
  return shape;
}

// Calls `row(i)` for each of the rows of `width` values, in parallel.
template <class Row>
void forEachRow(const Tensor& y, Row row) {
  const int64_t width = y.size(-1);
  if (width == 0) return;
  at::parallel_for(0, y.numel() / width, 1 + kGrain / width, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) row(i);
  });
}

Tensor geglu(const Tensor& x) {
  Tensor y = at::empty(halved(x), x.options());
  const int64_t width = y.size(-1);
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  forEachRow(y, [&](int64_t i) {
    const float* value = in + 2 * i * width;
    gegluRow(value, value + width, out + i * width, width);
  });
  return y;
}

Tensor gegluGrad(const Tensor& dy, const Tensor& x) {
  checkFloat(dy);
  TORCH_CHECK(dy.sizes() == at::IntArrayRef(halved(x)), "the gradient must have the shape of the output");
  Tensor dx = at::empty(x.sizes(), x.options());
  const int64_t width = dy.size(-1);
  const float* gradient = dy.data_ptr<float>();
  const float* in = x.data_ptr<float>();
  float* out = dx.data_ptr<float>();
  forEachRow(dy, [&](int64_t i) {
    const int64_t at = 2 * i * width;
    gegluGradRow(gradient + i * width, in + at, in + at + width, out + at, out + at + width, width);
  });
  return dx;
}

}  // namespace

Exports activationExports() {
  return {bind("silu", activation<Silu>), bind("siluGrad", activationGrad<Silu>),
          bind("gelu", gelu),             bind("geluGrad", geluGrad),
          bind("geglu", geglu),           bind("gegluGrad", gegluGrad)};
}

}  // namespace ldm
