// Operations that move values without computing on them.

#include <ATen/ATen.h>

#include <cstdint>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

Tensor transpose(const Tensor& x, const Shape& order) { return x.permute(order).contiguous(); }

Tensor concat(const std::vector<Tensor>& tensors, int64_t axis) {
  TORCH_CHECK(!tensors.empty(), "needs at least one tensor");
  return at::cat(tensors, axis);
}

Tensor stack(const std::vector<Tensor>& tensors, int64_t axis) {
  TORCH_CHECK(!tensors.empty(), "needs at least one tensor");
  return at::stack(tensors, axis);
}

// Every `stride`-th value from `begin`, `size` of them, along each axis.
Tensor slice(const Tensor& x, const Shape& begin, const Shape& size, const Shape& stride) {
  const size_t rank = static_cast<size_t>(x.dim());
  TORCH_CHECK(begin.size() == rank && size.size() == rank && stride.size() == rank,
              "begin, size and stride need one entry for each of ", rank, " axes");
  Tensor part = x;
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    const size_t i = static_cast<size_t>(axis);
    TORCH_CHECK(stride[i] > 0 && size[i] >= 0 && begin[i] >= 0 &&
                    (size[i] == 0 ||
                     (begin[i] < x.size(axis) && size[i] - 1 <= (x.size(axis) - 1 - begin[i]) / stride[i])),
                "axis ", axis, " of ", x.size(axis), " has no ", size[i], " values from ", begin[i], " by ", stride[i]);
    part = size[i] == 0 ? part.narrow(axis, 0, 0)
                        : part.slice(axis, begin[i], begin[i] + (size[i] - 1) * stride[i] + 1, stride[i]);
  }
  return part;
}

std::vector<Tensor> split(const Tensor& x, const Shape& sizes, int64_t axis) {
  return at::split_with_sizes(x, sizes, axis);
}

std::vector<Tensor> unstack(const Tensor& x, int64_t axis) {
  // An axis of an empty tensor may have any length.
  constexpr int64_t kMost = int64_t{1} << 20;
  TORCH_CHECK(x.size(axis) <= kMost, "would give ", x.size(axis), " tensors, at most ", kMost, " are allowed");
  return at::unbind(x, axis);
}

// `widths`: before and after, axis by axis, the first axis first.
Tensor pad(const Tensor& x, const Shape& widths, double value) {
  TORCH_CHECK(widths.size() == 2 * static_cast<size_t>(x.dim()), "needs two widths for each axis");
  Shape lastFirst;
  for (size_t axis = static_cast<size_t>(x.dim()); axis-- > 0;) {
    TORCH_CHECK(widths[2 * axis] >= 0 && widths[2 * axis + 1] >= 0, "widths must not be negative");
    lastFirst.push_back(widths[2 * axis]);
    lastFirst.push_back(widths[2 * axis + 1]);
  }
  return at::constant_pad_nd(x, lastFirst, value);
}

Tensor tile(const Tensor& x, const Shape& repeats) {
  TORCH_CHECK(repeats.size() == static_cast<size_t>(x.dim()), "needs one count for each axis");
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    const int64_t count = repeats[static_cast<size_t>(axis)];
    TORCH_CHECK(count >= 0 && (count == 0 || x.size(axis) <= INT64_MAX / count), "axis ", axis, " cannot be repeated ",
                count, " times");
  }
  return x.repeat(repeats);
}

Tensor reverse(const Tensor& x, const Shape& axes) { return at::flip(x, axes); }

}  // namespace

Exports layoutExports() {
  return {bind("transpose", transpose), bind("concat", concat), bind("stack", stack), bind("slice", slice),
          bind("split", split),         bind("unstack", unstack), bind("pad", pad),   bind("tile", tile),
          bind("reverse", reverse)};
}

}  // namespace ldm
