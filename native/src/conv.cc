// 2-d convolutions of NHWC tensors with HWIO filters, and their gradients.
//
// NHWC memory is an NCHW tensor in channels-last order, so that `permute` alone gives oneDNN and cuDNN the layout they
// run fastest, and their result is NHWC memory again. Geometry comes from tfjs: the padding before the first row and
// column and the output size; padding after the last follows from them and is applied only as far as it is read. It is
// negative where no window reaches the last rows or columns.

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>

#include "activation.h"
#include "channels_first.h"
#include "device.h"
#include "filter_layout.h"
#include "ops.h"
#include "precision.h"
#include "winograd.h"

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
  // What to compute in: the mixed precision leaves depthwise convolutions, a small part of any network, in float32.
  at::ScalarType type;
};

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
  return {stride, dilation, before, output, depthwise ? x.size(3) : 1, depthwise ? at::kFloat : computeType()};
}

void checkFilter(const Tensor& x, const Tensor& filter) {
  TORCH_CHECK(filter.dim() == 4, "the filter must have four axes: height, width, input and output channels");
  TORCH_CHECK(filter.size(2) == x.size(3), "the filter takes ", filter.size(2), " channels, the image has ", x.size(3));
}

// Pads with zeros, or crops where a size is negative; sizes as at::constant_pad_nd takes them, which cannot crop what
// it has just padded.
Tensor padOrCrop(const Tensor& x, const Shape& sizes) {
  Shape grown, cropped;
  for (const int64_t size : sizes) {
    grown.push_back(std::max<int64_t>(size, 0));
    cropped.push_back(std::min<int64_t>(size, 0));
  }
  const auto none = [](const Shape& all) {
    return std::all_of(all.begin(), all.end(), [](int64_t size) { return size == 0; });
  };
  const Tensor whole = none(grown) ? x : at::constant_pad_nd(x, grown, 0);
  return none(cropped) ? whole : at::constant_pad_nd(whole, cropped, 0);
}

// An image ready for a convolution: padded in memory where symmetric padding would not do.
struct Prepared {
  Tensor nchw;
  Shape padding;  // left to the convolution
  std::optional<Shape> inMemory;  // before and after the columns, before and after the rows

  // The gradient with respect to the image itself, from that with respect to `nchw`.
  Tensor imageGradient(const Tensor& dx) const {
    if (!inMemory) return dx;
    Shape undone;
    for (const int64_t size : *inMemory) undone.push_back(-size);
    return padOrCrop(dx, undone);
  }
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
    after[k] = needed;
  }
  const Tensor image = x.to(g.type);
  if (symmetric) return {toNchw(image), g.before, std::nullopt};
  const Shape padding = {g.before[1], after[1], g.before[0], after[0]};
  return {toNchw(padOrCrop(image, {0, 0, padding[0], padding[1], padding[2], padding[3]})), {0, 0}, padding};
}

void checkOutput(const Tensor& result, const Geometry& g) {
  TORCH_CHECK(result.size(2) == g.output[0] && result.size(3) == g.output[1], "the convolution gives ", result.size(2),
              "x", result.size(3), " where ", g.output[0], "x", g.output[1], " was asked for");
}

bool byWinograd(int64_t images, const Tensor& filter, const Geometry& g, const Shape& outputSize) {
  const auto all = [](const Shape& pair, int64_t value) { return pair[0] == value && pair[1] == value; };
  return g.groups == 1 && useLoops(filter) && filter.scalar_type() == at::kFloat &&
         filter.size(0) == 3 && filter.size(1) == 3 && all(g.stride, 1) && all(g.dilation, 1) &&
         worthWinograd(images, filter.size(2), filter.size(3), {outputSize[0], outputSize[1]});
}

// Whether there is nothing to sum or no sum, which LibTorch's convolutions refuse.
bool isEmpty(const Tensor& x, const Tensor& filter, const Geometry& g) {
  return x.numel() == 0 || filter.numel() == 0 || g.output[0] == 0 || g.output[1] == 0;
}

Tensor emptySums(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Geometry& g) {
  const int64_t channels = g.groups == 1 ? filter.size(3) : filter.size(2) * filter.size(3);
  Tensor sums = at::zeros({x.size(0), g.output[0], g.output[1], channels}, x.options());
  return bias ? sums.add_(*bias) : sums;
}

Tensor convolve(const Tensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Geometry& g) {
  checkFilter(x, filter);
  if (isEmpty(x, filter, g)) return emptySums(x, filter, bias, g);
  if (byWinograd(x.size(0), filter, g, g.output)) {
    return winogradConvolve(x.to(g.type), filter, bias, {g.before[0], g.before[1]}, {g.output[0], g.output[1]});
  }
  const Prepared image = prepare(x, filter, g);
  const Tensor offset = bias ? bias->to(g.type) : Tensor();
  const Tensor result = at::convolution(image.nchw, toOihw(filter, g.groups, g.type), offset, g.stride, image.padding,
                                        g.dilation, false, {0, 0}, g.groups);
  checkOutput(result, g);
  return toNhwc(result);
}

Tensor conv2d(const MixedTensor& x, const Tensor& filter, const Shape& stride, const Shape& dilation, const Shape& before,
              const Shape& output, bool depthwise) {
  return convolve(x, filter, std::nullopt, geometry(x, stride, dilation, before, output, depthwise));
}

Tensor fusedConv2d(const MixedTensor& x, const Tensor& filter, const std::optional<Tensor>& bias, const Shape& stride,
                   const Shape& dilation, const Shape& before, const Shape& output, bool depthwise,
                   const std::string& activation, const std::optional<Tensor>& slopes, double alpha) {
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  const bool perChannel = bias && bias->dim() == 1 && filter.dim() == 4 &&
                          bias->size(0) == filter.size(3) * (depthwise ? filter.size(2) : 1);
  Tensor result = convolve(x, filter, perChannel ? bias : std::nullopt, g);
  if (bias && !perChannel) result = result.add_(bias->to(g.type));
  return activate(std::move(result), activation, slopes, alpha);
}

// An image of the given shape whose values do not matter: a gradient with respect to it reads only its layout.
Tensor blank(const Shape& shape, const Tensor& like) {
  TORCH_CHECK(shape.size() == 4, "the shape of the image must have the four axes NHWC");
  return at::empty(shape, like.options());
}

Tensor blankOihw(const Tensor& filter, const Geometry& g) {
  if (g.groups != 1) return toOihw(filter, g.groups, g.type);
  const Tensor ohwi =
      at::empty({filter.size(3), filter.size(0), filter.size(1), filter.size(2)}, filter.options().dtype(g.type));
  return ohwi.permute({0, 3, 1, 2});
}

void checkGradient(const Tensor& dy, const Tensor& x, const Tensor& filter, const Geometry& g) {
  TORCH_CHECK(dy.dim() == 4 && dy.size(0) == x.size(0) && dy.size(1) == g.output[0] && dy.size(2) == g.output[1],
              "the output's gradient must have the batch of the image and the output size ", g.output[0], "x",
              g.output[1]);
  TORCH_CHECK(dy.size(3) == filter.size(3) * (g.groups == 1 ? 1 : filter.size(2)), "the output's gradient has ",
              dy.size(3), " channels, which the filter does not give");
  TORCH_CHECK(dy.is_floating_point() && x.is_floating_point() && filter.scalar_type() == at::kFloat,
              "image, filter and gradient must be float32");
}

Tensor conv2dInputGrad(const MixedTensor& dy, const Tensor& filter, const Shape& inputShape, const Shape& stride,
                       const Shape& dilation, const Shape& before, const Shape& output, bool depthwise) {
  const Tensor x = blank(inputShape, dy);
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  checkFilter(x, filter);
  checkGradient(dy, x, filter, g);
  if (isEmpty(x, filter, g)) return at::zeros(inputShape, dy.options());
  if (byWinograd(x.size(0), filter, g, {x.size(1), x.size(2)})) {
    return winogradInputGrad(dy.to(g.type), filter, {g.before[0], g.before[1]}, {x.size(1), x.size(2)});
  }
  const Prepared image = prepare(x, filter, g);
  const auto gradients =
      at::convolution_backward(toNchw(dy.to(g.type)), image.nchw, toOihw(filter, g.groups, g.type), at::OptionalIntArrayRef(), g.stride,
                               image.padding, g.dilation, false, {0, 0}, g.groups, {true, false, false});
  return toNhwc(image.imageGradient(std::get<0>(gradients)));
}

Tensor conv2dFilterGrad(const MixedTensor& x, const MixedTensor& dy, const Shape& filterShape, const Shape& stride,
                        const Shape& dilation, const Shape& before, const Shape& output, bool depthwise) {
  const Geometry g = geometry(x, stride, dilation, before, output, depthwise);
  TORCH_CHECK(filterShape.size() == 4, "the shape of the filter must have four axes");
  // Only the filter's layout is read.
  const Tensor filter = at::empty(filterShape, x.options().dtype(at::kFloat));
  checkFilter(x, filter);
  checkGradient(dy, x, filter, g);
  if (isEmpty(x, filter, g)) return at::zeros(filterShape, x.options());
  if (byWinograd(x.size(0), filter, g, g.output)) {
    return winogradFilterGrad(x.to(g.type), dy.to(g.type), {g.before[0], g.before[1]});
  }
  const Prepared image = prepare(x, filter, g);
  const auto gradients =
      at::convolution_backward(toNchw(dy.to(g.type)), image.nchw, blankOihw(filter, g), at::OptionalIntArrayRef(), g.stride,
                               image.padding, g.dilation, false, {0, 0}, g.groups, {false, true, false});
  return fromOihw(std::get<1>(gradients), filterShape);
}

}  // namespace

Exports convExports() {
  return {bind("conv2d", conv2d), bind("fusedConv2d", fusedConv2d), bind("conv2dInputGrad", conv2dInputGrad),
          bind("conv2dFilterGrad", conv2dFilterGrad)};
}

}  // namespace ldm
