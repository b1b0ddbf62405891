// SiLU, GELU and GEGLU of whole tensors, and their gradients, and that of rectified linear units: one pass over memory,
// nothing kept but the inputs.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "bfloat16.h"
#include "gelu.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Values a thread takes at least: waking it for fewer costs more than it saves.
constexpr int64_t kGrain = 16384;

void checkFloat(const Tensor& tensor) {
  TORCH_CHECK(tensor.is_floating_point(), "all tensors must be float32");
}

// Calls `run(Element{})` with the type of the tensor's elements.
template <class Run>
void withElement(const Tensor& tensor, Run run) {
  if (tensor.scalar_type() == at::kFloat) {
    run(0.0f);
  } else {
    run(c10::BFloat16{});
  }
}

template <class F, class Element>
void mapValues(const Element* __restrict__ x, Element* __restrict__ y, int64_t size) {
  for (int64_t i = 0; i < size; ++i) store(F::value(widen(x[i])), y[i]);
}

template <class F, class Element>
void mapSlopes(const Element* __restrict__ dy, const Element* __restrict__ x, Element* __restrict__ dx, int64_t size) {
  for (int64_t i = 0; i < size; ++i) store(widen(dy[i]) * F::slope(widen(x[i])), dx[i]);
}

// In the dtype of x, as are all results below.
template <class F>
Tensor activation(const MixedTensor& x) {
  checkFloat(x);
  Tensor y = at::empty(x.sizes(), x.options());
  withElement(x, [&](auto zero) {
    using Element = decltype(zero);
    const Element* in = x.data_ptr<Element>();
    Element* out = y.data_ptr<Element>();
    at::parallel_for(0, x.numel(), kGrain,
                     [&](int64_t begin, int64_t end) { mapValues<F>(in + begin, out + begin, end - begin); });
  });
  return y;
}

template <class F>
Tensor activationGrad(const MixedTensor& dy, const MixedTensor& x) {
  checkFloat(dy);
  checkFloat(x);
  TORCH_CHECK(dy.sizes() == x.sizes(), "the gradient must have the shape of the input");
  const Tensor like = dy.to(x.scalar_type());
  Tensor dx = at::empty(x.sizes(), x.options());
  withElement(x, [&](auto zero) {
    using Element = decltype(zero);
    const Element* gradient = like.data_ptr<Element>();
    const Element* in = x.data_ptr<Element>();
    Element* out = dx.data_ptr<Element>();
    at::parallel_for(0, x.numel(), kGrain, [&](int64_t begin, int64_t end) {
      mapSlopes<F>(gradient + begin, in + begin, out + begin, end - begin);
    });
  });
  return dx;
}

// From the result `y` of a rectified linear unit, whose sign is that of its input.
Tensor leakyReluGrad(const Tensor& dy, const Tensor& y, double alpha) {
  checkFloat(dy);
  checkFloat(y);
  TORCH_CHECK(dy.sizes() == y.sizes(), "the gradient must have the shape of the output");
  return at::leaky_relu_backward(dy, y, alpha, false);
}

bool isTanh(const std::string& approximate) {
  TORCH_CHECK(approximate == "none" || approximate == "tanh", "approximate must be none or tanh, found '", approximate,
              "'");
  return approximate == "tanh";
}

Tensor gelu(const MixedTensor& x, const std::string& approximate) {
  return isTanh(approximate) ? activation<GeluTanh>(x) : activation<GeluErf>(x);
}

Tensor geluGrad(const MixedTensor& dy, const MixedTensor& x, const std::string& approximate) {
  return isTanh(approximate) ? activationGrad<GeluTanh>(dy, x) : activationGrad<GeluErf>(dy, x);
}

template <class Element>
void gegluRow(const Element* __restrict__ value, const Element* __restrict__ gate, Element* __restrict__ y,
              int64_t width) {
  for (int64_t i = 0; i < width; ++i) store(widen(value[i]) * GeluErf::value(widen(gate[i])), y[i]);
}

template <class Element>
void gegluGradRow(const Element* __restrict__ dy, const Element* __restrict__ value, const Element* __restrict__ gate,
                  Element* __restrict__ dvalue, Element* __restrict__ dgate, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    const float gradient = widen(dy[i]);
    store(gradient * GeluErf::value(widen(gate[i])), dvalue[i]);
    store(gradient * widen(value[i]) * GeluErf::slope(widen(gate[i])), dgate[i]);
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

Tensor geglu(const MixedTensor& x) {
  Tensor y = at::empty(halved(x), x.options());
  const int64_t width = y.size(-1);
  withElement(x, [&](auto zero) {
    using Element = decltype(zero);
    const Element* in = x.data_ptr<Element>();
    Element* out = y.data_ptr<Element>();
    forEachRow(y, [&](int64_t i) {
      const Element* value = in + 2 * i * width;
      gegluRow(value, value + width, out + i * width, width);
    });
  });
  return y;
}

Tensor gegluGrad(const MixedTensor& dy, const MixedTensor& x) {
  checkFloat(dy);
  TORCH_CHECK(dy.sizes() == at::IntArrayRef(halved(x)), "the gradient must have the shape of the output");
  const Tensor like = dy.to(x.scalar_type());
  Tensor dx = at::empty(x.sizes(), x.options());
  const int64_t width = dy.size(-1);
  withElement(x, [&](auto zero) {
    using Element = decltype(zero);
    const Element* gradient = like.data_ptr<Element>();
    const Element* in = x.data_ptr<Element>();
    Element* out = dx.data_ptr<Element>();
    forEachRow(dy, [&](int64_t i) {
      const int64_t at = 2 * i * width;
      gegluGradRow(gradient + i * width, in + at, in + at + width, out + at, out + at + width, width);
    });
  });
  return dx;
}

}  // namespace

Exports activationExports() {
  return {bind("silu", activation<Silu>), bind("siluGrad", activationGrad<Silu>),
          bind("gelu", gelu),             bind("geluGrad", geluGrad),
          bind("geglu", geglu),           bind("gegluGrad", gegluGrad),
          bind("leakyReluGrad", leakyReluGrad)};
}

}  // namespace ldm
