// Operations that move values without computing on them.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

#include "device.h"
#include "ops.h"
#include "transpose.h"

namespace ldm {
namespace {

using at::Tensor;

// The number of each row of a matrix [rows, ...] in another order of the axes that the rows run along.
std::vector<int64_t> permutedRows(const Shape& sizes, const Shape& order) {
  const size_t rank = sizes.size();
  Shape strides(rank);
  int64_t rows = 1;
  for (size_t i = rank; i-- > 0;) {
    strides[static_cast<size_t>(order[i])] = rows;
    rows *= sizes[static_cast<size_t>(order[i])];
  }
  std::vector<int64_t> numbers(static_cast<size_t>(rows));
  Shape place(rank, 0);
  int64_t number = 0;
  for (int64_t& each : numbers) {
    each = number;
    for (size_t axis = rank; axis-- > 0;) {
      number += strides[axis];
      if (++place[axis] < sizes[axis]) break;
      number -= strides[axis] * sizes[axis];
      place[axis] = 0;
    }
  }
  return numbers;
}

// The first axis becomes the last, the others change places as well: PyTorch's filters to ours. ATen's copy takes memory
// a value at a time.
template <class T>
Tensor firstAxisLast(const Tensor& x, const Shape& order) {
  const int64_t channels = x.size(0);
  const int64_t rows = x.numel() / channels;
  Shape inner(order.begin(), order.end() - 1);
  for (int64_t& axis : inner) --axis;
  const std::vector<int64_t> numbers = permutedRows(x.sizes().slice(1).vec(), inner);
  Shape sizes;
  for (const int64_t axis : order) sizes.push_back(x.size(axis));
  Tensor result = at::empty(sizes, x.options());
  const T* from = x.data_ptr<T>();
  T* to = result.data_ptr<T>();
  at::parallel_for(0, (rows + kLanes - 1) / kLanes, 1 + 65536 / (channels * kLanes), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin * kLanes; row < std::min(rows, end * kLanes); row += kLanes) {
      const int64_t count = std::min(kLanes, rows - row);
      for (int64_t c = 0; c < channels; c += kLanes) {
        T block[kLanes * kLanes];
        const int64_t width = std::min(kLanes, channels - c);
        transposeMatrix(from + c * rows + row, rows, block, kLanes, width, count);
        for (int64_t i = 0; i < count; ++i) {
          std::copy_n(block + i * kLanes, width, to + numbers[static_cast<size_t>(row + i)] * channels + c);
        }
      }
    }
  });
  return result;
}

Tensor transpose(const MixedTensor& x, const Shape& order) {
  constexpr int64_t kWorthwhile = 65536;
  // Fails where the order is none of these axes.
  const Tensor view = x.permute(order);
  const bool isPlain = std::all_of(order.begin(), order.end(), [](int64_t axis) { return axis >= 0; });
  if (isPlain && order.size() > 1 && order.back() == 0 && x.numel() >= kWorthwhile && x.size(0) >= kLanes &&
      useLoops(x)) {
    const Tensor values = x.contiguous();
    if (x.scalar_type() == at::kFloat) return firstAxisLast<float>(values, order);
    if (x.scalar_type() == at::kBFloat16) return firstAxisLast<at::BFloat16>(values, order);
  }
  return view.contiguous();
}

// In one precision: the lower one, as what is to be put together is on its way between convolutions.
std::vector<Tensor> alike(const std::vector<MixedTensor>& tensors) {
  const bool reduced = std::any_of(tensors.begin(), tensors.end(),
                                   [](const Tensor& tensor) { return tensor.scalar_type() == at::kBFloat16; });
  std::vector<Tensor> result;
  result.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    result.push_back(reduced && tensor.scalar_type() == at::kFloat ? tensor.to(at::kBFloat16) : tensor);
  }
  return result;
}

Tensor concat(const std::vector<MixedTensor>& tensors, int64_t axis) {
  TORCH_CHECK(!tensors.empty(), "needs at least one tensor");
  return at::cat(alike(tensors), axis);
}

Tensor stack(const std::vector<MixedTensor>& tensors, int64_t axis) {
  TORCH_CHECK(!tensors.empty(), "needs at least one tensor");
  return at::stack(alike(tensors), axis);
}

// Every `stride`-th value from `begin`, `size` of them, along each axis; backwards where the stride is negative.
Tensor slice(const MixedTensor& x, const Shape& begin, const Shape& size, const Shape& stride) {
  const size_t rank = static_cast<size_t>(x.dim());
  TORCH_CHECK(begin.size() == rank && size.size() == rank && stride.size() == rank,
              "begin, size and stride need one entry for each of ", rank, " axes");
  Tensor part = x;
  Shape backwards;
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    const size_t i = static_cast<size_t>(axis);
    // Compared by division, as a product may overflow.
    const int64_t room = stride[i] > 0 ? x.size(axis) - 1 - begin[i] : begin[i];
    TORCH_CHECK(stride[i] != 0 && stride[i] > -INT64_MAX && size[i] >= 0 && begin[i] >= 0 &&
                    (size[i] == 0 || (begin[i] < x.size(axis) && size[i] - 1 <= room / std::abs(stride[i]))),
                "axis ", axis, " of ", x.size(axis), " has no ", size[i], " values from ", begin[i], " by ", stride[i]);
    if (size[i] == 0) {
      part = part.narrow(axis, 0, 0);
    } else {
      const int64_t end = begin[i] + (size[i] - 1) * stride[i];
      part = part.slice(axis, std::min(begin[i], end), std::max(begin[i], end) + 1, std::abs(stride[i]));
      if (stride[i] < 0) backwards.push_back(axis);
    }
  }
  return backwards.empty() ? part : at::flip(part, backwards);
}

std::vector<Tensor> split(const MixedTensor& x, const Shape& sizes, int64_t axis) {
  return at::split_with_sizes(x, sizes, axis);
}

std::vector<Tensor> unstack(const MixedTensor& x, int64_t axis) {
  // An axis of an empty tensor may have any length.
  constexpr int64_t kMost = int64_t{1} << 20;
  TORCH_CHECK(x.size(axis) <= kMost, "would give ", x.size(axis), " tensors, at most ", kMost, " are allowed");
  return at::unbind(x, axis);
}

// `widths`: before and after, axis by axis, the first axis first.
Tensor pad(const MixedTensor& x, const Shape& widths, double value) {
  TORCH_CHECK(widths.size() == 2 * static_cast<size_t>(x.dim()), "needs two widths for each axis");
  Shape lastFirst;
  for (size_t axis = static_cast<size_t>(x.dim()); axis-- > 0;) {
    TORCH_CHECK(widths[2 * axis] >= 0 && widths[2 * axis + 1] >= 0, "widths must not be negative");
    lastFirst.push_back(widths[2 * axis]);
    lastFirst.push_back(widths[2 * axis + 1]);
  }
  return at::constant_pad_nd(x, lastFirst, value);
}

Tensor tile(const MixedTensor& x, const Shape& repeats) {
  TORCH_CHECK(repeats.size() == static_cast<size_t>(x.dim()), "needs one count for each axis");
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    const int64_t count = repeats[static_cast<size_t>(axis)];
    TORCH_CHECK(count >= 0 && (count == 0 || x.size(axis) <= INT64_MAX / count), "axis ", axis, " cannot be repeated ",
                count, " times");
  }
  return x.repeat(repeats);
}

Tensor reverse(const MixedTensor& x, const Shape& axes) { return at::flip(x, axes); }

}  // namespace

Exports layoutExports() {
  return {bind("transpose", transpose), bind("concat", concat), bind("stack", stack), bind("slice", slice),
          bind("split", split),         bind("unstack", unstack), bind("pad", pad),   bind("tile", tile),
          bind("reverse", reverse)};
}

}  // namespace ldm
