// 3-d convolutions of NDHWC tensors with DHWIO filters, and their gradients.

#include <ATen/ATen.h>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr size_t kAxes = 3;

// Depth, rows, columns.
struct Geometry {
  Shape stride;
  Shape dilation;
  Shape before;
  Shape output;
};

Geometry geometry(const Tensor& x, const Tensor& filter, const Shape& stride, const Shape& dilation,
                  const Shape& before, const Shape& output) {
  TORCH_CHECK(x.dim() == 5 && filter.dim() == 5, "image and filter must have five axes: NDHWC and DHWIO");
  TORCH_CHECK(filter.size(3) == x.size(4), "the filter takes ", filter.size(3), " channels, the image has ", x.size(4));
  for (const Shape* triple : {&stride, &dilation, &before, &output}) {
    TORCH_CHECK(triple->size() == kAxes, "stride, dilation, padding and output size need three entries");
  }
  for (size_t i = 0; i < kAxes; ++i) {
    // Negative padding leaves out what lies before the first window.
    TORCH_CHECK(stride[i] > 0 && dilation[i] > 0 && output[i] >= 0,
                "stride and dilation must be positive, the output size not negative");
  }
  return {stride, dilation, before, output};
}

Tensor channelsFirst(const Tensor& ndhwc) { return ndhwc.permute({0, 4, 1, 2, 3}); }
Tensor channelsLast(const Tensor& ncdhw) { return ncdhw.permute({0, 2, 3, 4, 1}).contiguous(); }
Tensor toOidhw(const Tensor& filter) { return filter.permute({4, 3, 0, 1, 2}).contiguous(); }

// x with so much more, or less, before and after its frames, rows and columns.
Tensor resized(const Tensor& x, const Shape& before, const Shape& after) {
  return at::constant_pad_nd(x, {0, 0, before[2], after[2], before[1], after[1], before[0], after[0]}, 0);
}

Shape negative(Shape widths) {
  for (int64_t& width : widths) width = -width;
  return widths;
}

// An image ready for a convolution: padded in memory where symmetric padding would not do.
struct Prepared {
  Tensor ncdhw;
  Shape padding;  // left to the convolution
  Shape before;   // put into memory
  Shape after;
};

Prepared prepare(const Tensor& x, const Tensor& filter, const Geometry& g) {
  const Shape none(kAxes, 0);
  bool symmetric = true;
  Shape after(kAxes);
  for (size_t i = 0; i < kAxes; ++i) {
    const int64_t axis = static_cast<int64_t>(i);
    const int64_t window = (filter.size(axis) - 1) * g.dilation[i] + 1;
    const int64_t needed = (g.output[i] - 1) * g.stride[i] + window - x.size(axis + 1) - g.before[i];
    // As much padding after as before is as good while the surplus yields no further output.
    symmetric = symmetric && g.before[i] >= 0 && needed <= g.before[i] && g.before[i] - needed < g.stride[i];
    after[i] = std::max<int64_t>(needed, 0);
  }
  if (symmetric) return {channelsFirst(x), g.before, none, none};
  return {channelsFirst(resized(x, g.before, after)), none, g.before, after};
}

Tensor conv3d(const Tensor& x, const Tensor& filter, const Shape& stride, const Shape& dilation, const Shape& before,
              const Shape& output) {
  const Geometry g = geometry(x, filter, stride, dilation, before, output);
  const Prepared image = prepare(x, filter, g);
  const Tensor result = at::convolution(image.ncdhw, toOidhw(filter), Tensor(), g.stride, image.padding, g.dilation,
                                        false, {0, 0, 0}, 1);
  TORCH_CHECK(result.size(2) == output[0] && result.size(3) == output[1] && result.size(4) == output[2],
              "the convolution gives ", result.sizes().slice(2), " where ", at::IntArrayRef(output),
              " was asked for");
  return channelsLast(result);
}

void checkGradient(const Tensor& dy, const Tensor& x, const Tensor& filter, const Geometry& g) {
  TORCH_CHECK(dy.dim() == 5 && dy.size(0) == x.size(0) && dy.size(1) == g.output[0] && dy.size(2) == g.output[1] &&
                  dy.size(3) == g.output[2] && dy.size(4) == filter.size(4),
              "the output's gradient must have the image's batch, the output size ", at::IntArrayRef(g.output),
              " and the filter's output channels");
}

Tensor blank(const Shape& shape, const Tensor& like) {
  TORCH_CHECK(shape.size() == 5, "the shape must have five axes");
  return at::empty(shape, like.options());
}

std::tuple<Tensor, Tensor, Tensor> backward(const Tensor& dy, const Prepared& image, const Tensor& filter,
                                            const Geometry& g, bool ofInput) {
  return at::convolution_backward(channelsFirst(dy), image.ncdhw, toOidhw(filter), at::OptionalIntArrayRef(), g.stride,
                                  image.padding, g.dilation, false, {0, 0, 0}, 1, {ofInput, !ofInput, false});
}

Tensor conv3dInputGrad(const Tensor& dy, const Tensor& filter, const Shape& inputShape, const Shape& stride,
                       const Shape& dilation, const Shape& before, const Shape& output) {
  // Only the image's layout is read.
  const Tensor x = blank(inputShape, dy);
  const Geometry g = geometry(x, filter, stride, dilation, before, output);
  checkGradient(dy, x, filter, g);
  const Prepared image = prepare(x, filter, g);
  const Tensor dx = channelsLast(std::get<0>(backward(dy, image, filter, g, true)));
  return resized(dx, negative(image.before), negative(image.after));
}

Tensor conv3dFilterGrad(const Tensor& x, const Tensor& dy, const Shape& filterShape, const Shape& stride,
                        const Shape& dilation, const Shape& before, const Shape& output) {
  const Tensor filter = blank(filterShape, x);
  const Geometry g = geometry(x, filter, stride, dilation, before, output);
  checkGradient(dy, x, filter, g);
  const Tensor gradient = std::get<1>(backward(dy, prepare(x, filter, g), filter, g, false));
  return gradient.permute({2, 3, 4, 1, 0}).contiguous();
}

}  // namespace

Exports conv3dExports() {
  return {bind("conv3d", conv3d), bind("conv3dInputGrad", conv3dInputGrad), bind("conv3dFilterGrad", conv3dFilterGrad)};
}

}  // namespace ldm
