// 2-d convolutions of NHWC tensors with HWIO filters, and their gradients.
//
// NHWC memory is an NCHW tensor in channels-last order, so that `permute` alone gives oneDNN and cuDNN the layout they
// run fastest, and their result is NHWC memory again. Geometry comes from tfjs: the padding before the first row and
// column and the output size; padding after the last follows from them and is applied only as far as it is read.

#include <ATen/ATen.h>

#include <cstdint>

#include "activation.h"
#include "filter_layout.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Rows, then columns.
struct Geometry {
  Shape stride;
  Shape dilation;
  Shape before;
  Shape output;
  int64_t groups;
};

Tensor toNchw(const Tensor& nhwc) { return nhwc.permute({0, 3, 1, 2}); }
Tensor toNhwc(const Tensor& nchw) { return nchw.permute({0, 2, 3, 1}).contiguous(); }

Geometry geometry(const Tensor& x, const Shape& stride, const Shape& dilation, const Shape& before, const Shape& output,
                  bool depthwise) {
  TORCH_CHECK(x.dim() == 4, "the image must have the four axes NHWC");
  for (const Shape* pair : {&stride, &dilation, &before, &output}) {
    TORCH_CHECK(pair->size() == 2, "stride, dilation, padding and output size are pairs of rows and columns");
  }
  for (const Shape* pair : {&stride, &dilation, &before, &output}) {
    for (const int64_t value : *pair) TORCH_CHECK(value <= INT32_MAX, value, " rows or columns are more than possible");
  }
  TORCH_CHECK(stride[0] > 0 && stride[1] > 0 && dilation[0] > 0 && dilation[1] > 0 && before[0] >= 0 &&
                  before[1] >= 0 && output[0] >= 0 && output[1] >= 0,
              "stride and dilation must be positive, padding and output size not negative");
  return {stride, dilation, before, output, depthwise ? x.size(3) : 1};
}

void checkFilter(const Tensor& x, const Tensor& filter) {
  TORCH_CHECK(filter.dim() == 4, "the filter must have four axes: height, width, input and output channels");
  TORCH_CHECK(filter.numel() > 0, "the filter is empty");
  TORCH_CHECK(filter.size(2) == x.size(3), "the filter takes ", filter.size(2), " channels, the image has ", x.size(3));
}

// An image ready for a convolution: padded in memory where symmetric padding would not do.
struct Prepared {
  Tensor nchw;
  Shape padding;  // left to the convolution
  bool padded;
};

Prepared prepare(const Tensor& x, const Tensor& filter, const Geometry& g) {
  bool symmetric = true;
  Shape after(2);
  for (int64_t i = 0; i < 2; ++i) {
    const size_t k = static_cast<size_t>(i);
    const int64_t window = (filter.size(i) - 1) * g.dilation[k] + 1;
    const int64_t needed = (g.output[k] - 1) * g.stride[k] + window - x.size(i + 1) - g.before[k];
    // As much padding after as before is as good while the surplus yields no further output.
    symmetric = symmetric && needed <= g.before[k] && g.before[k] - needed < g.stride[k];
    TORCH_CHECK(needed > -g.stride[k], "the image gives more than ", g.output[k], i == 0 ? " rows" : " columns");
    after[k] = std::max<int64_t>(needed, 0);
  }
  if (symmetric) return {toNchw(x), g.before, false};
  const Tensor whole = at::constant_pad_nd(x, {0, 0, g.before[1], after[1], g.before[0], after[0]}, 0);
  return {toNchw(whole), {0, 0}, true};
}

void checkOutput(const Tensor& result, const Geometry& g) {
  TORCH_CHECK(result.size(2) == g.output[0] && result.size(3) == g.output[1], "the convolution gives ", result.size(2),
              "x", result.size(3), " where ", g.output[0], "x", g.output[1], " was asked for");
}

Tensor convolve(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Geometry& g) {
  checkFilter(x, filter);
  const Prepared image = prepare(x, filter, g);
  const Tensor result = at::convolution(image.nchw, toOihw(filter, g.groups), bias ? *bias : Tensor(), g.stride,
                                        image.padding, g.dilation, false, {0, 0}, g.groups);
  checkOutput(result, g);
  return toNhwc(result);
}

Tensor conv2d(const Tensor& x, const Tensor& filter, const Shape& stride, const Shape& dilation, const Shape& before,
              const Shape& output, bool depthwise) {
  return convolve(x, filter, std::nullopt, geometry(x, stride, dilation, before, output, depthwise));
}

Tensor fusedConv2d(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Shape& stride,
                   const Shape& dilation, const Shape& before, const Shape& output, bool depthwise,
                   const std::string& activation, const std::optional<Tensor>& slopes, double alpha) {
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  const bool perChannel = bias && bias->dim() == 1 && filter.dim() == 4 &&
                          bias->size(0) == filter.size(3) * (depthwise ? filter.size(2) : 1);
  Tensor result = convolve(x, filter, perChannel ? bias : std::nullopt, g);
  if (bias && !perChannel) result = result.add_(*bias);
  return activate(std::move(result), activation, slopes, alpha);
}

// An image of the given shape whose values do not matter: a gradient with respect to it reads only its layout.
Tensor blank(const Shape& shape, const Tensor& like) {
  TORCH_CHECK(shape.size() == 4, "the shape of the image must have the four axes NHWC");
  return at::empty(shape, like.options());
}

Tensor blankOihw(const Tensor& filter, int64_t groups) {
  if (groups != 1) return toOihw(filter, groups);
  const Tensor ohwi = at::empty({filter.size(3), filter.size(0), filter.size(1), filter.size(2)}, filter.options());
  return ohwi.permute({0, 3, 1, 2});
}

void checkGradient(const Tensor& dy, const Tensor& x, const Tensor& filter, const Geometry& g) {
  TORCH_CHECK(dy.dim() == 4 && dy.size(0) == x.size(0) && dy.size(1) == g.output[0] && dy.size(2) == g.output[1],
              "the output's gradient must have the batch of the image and the output size ", g.output[0], "x",
              g.output[1]);
  TORCH_CHECK(dy.size(3) == filter.size(3) * (g.groups == 1 ? 1 : filter.size(2)), "the output's gradient has ",
              dy.size(3), " channels, which the filter does not give");
  TORCH_CHECK(dy.scalar_type() == filter.scalar_type() && dy.scalar_type() == x.scalar_type(),
              "the output's gradient must have the dtype of the image and the filter");
}

Tensor conv2dInputGrad(const Tensor& dy, const Tensor& filter, const Shape& inputShape, const Shape& stride,
                       const Shape& dilation, const Shape& before, const Shape& output, bool depthwise) {
  const Tensor x = blank(inputShape, dy);
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  checkFilter(x, filter);
  checkGradient(dy, x, filter, g);
  const Prepared image = prepare(x, filter, g);
  const auto gradients =
      at::convolution_backward(toNchw(dy), image.nchw, toOihw(filter, g.groups), at::OptionalIntArrayRef(), g.stride,
                               image.padding, g.dilation, false, {0, 0}, g.groups, {true, false, false});
  Tensor dx = std::get<0>(gradients);
  if (image.padded) {
    dx = dx.narrow(2, g.before[0], inputShape[1]).narrow(3, g.before[1], inputShape[2]);
  }
  return toNhwc(dx);
}

Tensor conv2dFilterGrad(const Tensor& x, const Tensor& dy, const Shape& filterShape, const Shape& stride,
                        const Shape& dilation, const Shape& before, const Shape& output, bool depthwise) {
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  TORCH_CHECK(filterShape.size() == 4, "the shape of the filter must have four axes");
  // Only the filter's layout is read.
  const Tensor filter = at::empty(filterShape, x.options());
  checkFilter(x, filter);
  checkGradient(dy, x, filter, g);
  const Prepared image = prepare(x, filter, g);
  const auto gradients =
      at::convolution_backward(toNchw(dy), image.nchw, blankOihw(filter, g.groups), at::OptionalIntArrayRef(), g.stride,
                               image.padding, g.dilation, false, {0, 0}, g.groups, {false, true, false});
  return fromOihw(std::get<1>(gradients), filterShape);
}

}  // namespace

Exports convExports() {
  return {bind("conv2d", conv2d), bind("fusedConv2d", fusedConv2d), bind("conv2dInputGrad", conv2dInputGrad),
          bind("conv2dFilterGrad", conv2dFilterGrad)};
}

}  // namespace ldm
