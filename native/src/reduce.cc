// Reductions and scans. `axes` are distinct and not negative; reduced axes are dropped.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "device.h"
#include "lanes.h"
#include "ops.h"
#include "row_sums.h"

namespace ldm {
namespace {

using at::Tensor;

// Whether the axes follow one another and leave enough channels after them for sumRows.
bool areRows(const Tensor& x, const Shape& axes) {
  if (!x.is_floating_point() || !useLoops(x) || x.numel() == 0 || axes.back() >= x.dim() - 1) return false;
  for (size_t i = 1; i < axes.size(); ++i) {
    if (axes[i] != axes[i - 1] + 1) return false;
  }
  return c10::multiply_integers(x.sizes().slice(static_cast<size_t>(axes.back()) + 1)) >= kLanes;
}

// ATen reads an empty list of axes as all of them, tfjs as none.
Tensor sum(const MixedTensor& x, const Shape& axes) {
  const at::ScalarType type = x.is_floating_point() ? at::kFloat : x.scalar_type();
  if (axes.empty()) return x.to(type, false, true);
  if (!areRows(x, axes)) return at::sum(x, axes, false, type);
  const at::IntArrayRef sizes = x.sizes();
  const at::IntArrayRef before = sizes.slice(0, static_cast<size_t>(axes.front()));
  const at::IntArrayRef after = sizes.slice(static_cast<size_t>(axes.back()) + 1);
  Shape shape = before.vec();
  shape.insert(shape.end(), after.begin(), after.end());
  Tensor sums = at::empty(shape, x.options().dtype(at::kFloat));
  const int64_t outer = c10::multiply_integers(before);
  const int64_t channels = c10::multiply_integers(after);
  sumRows(x, outer, x.numel() / (outer * channels), channels, sums);
  return sums;
}

Tensor mean(const Tensor& x, const Shape& axes) {
  const Tensor values = x.to(at::kFloat);
  return axes.empty() ? values.clone() : at::mean(values, axes, false);
}

Tensor amax(const Tensor& x, const Shape& axes) { return axes.empty() ? x.clone() : at::amax(x, axes, false); }
Tensor amin(const Tensor& x, const Shape& axes) { return axes.empty() ? x.clone() : at::amin(x, axes, false); }

// x with the reduced axes last and flattened into one, and the shape of what is left.
std::pair<Tensor, Shape> reducedLast(const Tensor& x, const Shape& axes) {
  std::vector<bool> reduced(static_cast<size_t>(x.dim()), false);
  for (const int64_t axis : axes) {
    TORCH_CHECK(axis >= 0 && axis < x.dim(), "axis ", axis, " is not an axis of a tensor of rank ", x.dim());
    reduced[static_cast<size_t>(axis)] = true;
  }
  Shape order;
  Shape kept;
  int64_t length = 1;
  for (int64_t i = 0; i < x.dim(); ++i) {
    if (reduced[static_cast<size_t>(i)]) continue;
    order.push_back(i);
    kept.push_back(x.size(i));
  }
  for (int64_t i = 0; i < x.dim(); ++i) {
    if (!reduced[static_cast<size_t>(i)]) continue;
    order.push_back(i);
    length *= x.size(i);
  }
  Shape flat = kept;
  flat.push_back(length);
  return {x.permute(order).reshape(flat), kept};
}

Tensor prod(const Tensor& x, const Shape& axes) {
  return at::prod(reducedLast(x, axes).first, -1, false, x.scalar_type());
}
Tensor all(const Tensor& x, const Shape& axes) { return at::all(reducedLast(x, axes).first, -1); }
Tensor any(const Tensor& x, const Shape& axes) { return at::any(reducedLast(x, axes).first, -1); }

// The first index of the extreme value, compared as tfjs compares: a NaN never wins, unless it comes first.
template <class T, class Better>
void firstExtreme(const Tensor& rows, Tensor& out, Better better) {
  const int64_t length = rows.size(-1);
  const T* values = rows.data_ptr<T>();
  int32_t* indices = out.data_ptr<int32_t>();
  const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, length));
  at::parallel_for(0, out.numel(), grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* value = values + row * length;
      int64_t best = 0;
      for (int64_t i = 1; i < length; ++i) {
        if (better(value[i], value[best])) best = i;
      }
      indices[row] = static_cast<int32_t>(best);
    }
  });
}

// The same where the loop does not run. `worst`, an infinity, stands for a NaN, which wins only where it comes first.
Tensor argExtremeByAten(const Tensor& rows, double worst) {
  const auto find = [worst](const Tensor& values) {
    return worst < 0 ? at::argmax(values, -1) : at::argmin(values, -1);
  };
  if (!rows.is_floating_point()) return find(rows.to(at::kInt)).to(at::kInt);
  const Tensor found = find(at::where(rows.isnan(), at::full({}, worst, rows.options()), rows));
  return at::where(rows.select(-1, 0).isnan(), at::zeros({}, found.options()), found).to(at::kInt);
}

template <class Better>
Tensor argExtreme(const Tensor& x, int64_t axis, double worst, Better better) {
  auto [rows, kept] = reducedLast(x, {axis});
  TORCH_CHECK(rows.size(-1) > 0, "cannot reduce an empty axis");
  if (!useLoops(x)) return argExtremeByAten(rows, worst);
  rows = rows.contiguous();
  Tensor out = at::empty(kept, x.options().dtype(at::kInt));
  if (x.scalar_type() == at::kFloat) {
    firstExtreme<float>(rows, out, better);
  } else if (x.scalar_type() == at::kInt) {
    firstExtreme<int32_t>(rows, out, better);
  } else {
    firstExtreme<bool>(rows, out, better);
  }
  return out;
}

Tensor argMax(const Tensor& x, int64_t axis) {
  return argExtreme(x, axis, -INFINITY, [](auto a, auto b) { return a > b; });
}
Tensor argMin(const Tensor& x, int64_t axis) {
  return argExtreme(x, axis, INFINITY, [](auto a, auto b) { return a < b; });
}

// Runs `scan` along the axis, from its end where `reverse`; each place gets what comes before it where `exclusive`, the
// first one `neutral`.
template <class Scan>
Tensor scanned(const Tensor& x, int64_t axis, bool exclusive, bool reverse, double neutral, Scan scan) {
  Tensor result = scan(reverse ? at::flip(x, {axis}) : x);
  const int64_t length = x.size(axis);
  if (exclusive && length > 0) {
    const Tensor first = at::full_like(result.narrow(axis, 0, 1), neutral);
    result = at::cat({first, result.narrow(axis, 0, length - 1)}, axis);
  }
  return reverse ? at::flip(result, {axis}) : result;
}

Tensor cumsum(const Tensor& x, int64_t axis, bool exclusive, bool reverse) {
  return scanned(x, axis, exclusive, reverse, 0.0,
                 [&](const Tensor& values) { return at::cumsum(values, axis, x.scalar_type()); });
}

Tensor cumprod(const Tensor& x, int64_t axis, bool exclusive, bool reverse) {
  return scanned(x, axis, exclusive, reverse, 1.0,
                 [&](const Tensor& values) { return at::cumprod(values, axis, x.scalar_type()); });
}

}  // namespace

Exports reduceExports() {
  return {bind("sum", sum),       bind("mean", mean), bind("max", amax),     bind("min", amin),     bind("prod", prod),
          bind("all", all),       bind("any", any),   bind("argMax", argMax), bind("argMin", argMin),
          bind("cumsum", cumsum), bind("cumprod", cumprod),
          bind("softmax", +[](const Tensor& x, int64_t axis) { return at::softmax(x, axis); })};
}

}  // namespace ldm
