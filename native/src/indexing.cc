// Gathering, one-hot rows and sums by segment.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "device.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

void checkIndices(const Tensor& indices) {
  TORCH_CHECK(indices.scalar_type() == at::kInt, "indices must be int32");
}

Tensor gatherByAten(const Tensor& x, const Tensor& indices) {
  const Tensor inside = at::logical_and(indices >= 0, indices < x.size(2));
  TORCH_CHECK(inside.all().item<bool>(), "an index is not in [0, ", x.size(2) - 1, "]");
  const Tensor wide = indices.to(at::kLong).view({x.size(0), 1, indices.size(1), 1});
  return at::gather(x, 2, wide.expand({x.size(0), x.size(1), indices.size(1), x.size(3)}));
}

// x [batch, outer, size, inner] and indices [batch, n] give [batch, outer, n, inner].
Tensor gather(const Tensor& x, const Tensor& indices) {
  checkIndices(indices);
  TORCH_CHECK(x.dim() == 4 && indices.dim() == 2 && indices.size(0) == x.size(0),
              "expected [batch, outer, size, inner] and indices [batch, n]");
  if (!useLoops(x)) return gatherByAten(x, indices);
  const int64_t outer = x.size(1);
  const int64_t size = x.size(2);
  const int64_t count = indices.size(1);
  const size_t bytes = static_cast<size_t>(x.size(3)) * x.element_size();
  const int32_t* index = indices.data_ptr<int32_t>();
  for (int64_t i = 0; i < indices.numel(); ++i) {
    if (index[i] < 0 || index[i] >= size) {
      throw std::out_of_range("the index value " + std::to_string(index[i]) + " is not in [0, " +
                              std::to_string(size - 1) + "]");
    }
  }
  Tensor y = at::empty({x.size(0), outer, count, x.size(3)}, x.options());
  if (y.numel() == 0) return y;
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  const int64_t grain = 1 + 65536 / static_cast<int64_t>(bytes + 1);
  at::parallel_for(0, x.size(0) * outer * count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t block = k / count;
      const int64_t source = block * size + index[(block / outer) * count + k % count];
      std::memcpy(to + static_cast<size_t>(k) * bytes, from + static_cast<size_t>(source) * bytes, bytes);
    }
  });
  return y;
}

// A row for each index; an index outside [0, depth) leaves its row off.
Tensor oneHot(const Tensor& indices, int64_t depth, double on, double off, const std::string& dtype) {
  checkIndices(indices);
  TORCH_CHECK(depth >= 0, "depth must not be negative");
  Shape shape(indices.sizes().begin(), indices.sizes().end());
  shape.push_back(depth);
  Tensor rows = at::full(shape, off, indices.options().dtype(at::kFloat));
  if (!useLoops(indices)) {
    const Tensor hit = indices.unsqueeze(-1) == at::arange(depth, indices.options());
    return at::where(hit, at::full({}, on, rows.options()), rows).to(scalarType(dtype));
  }
  float* values = rows.data_ptr<float>();
  const int32_t* index = indices.data_ptr<int32_t>();
  for (int64_t i = 0; i < indices.numel(); ++i) {
    if (index[i] >= 0 && index[i] < depth) values[i * depth + index[i]] = static_cast<float>(on);
  }
  return rows.to(scalarType(dtype));
}

// Rows that belong nowhere are summed into one more segment, which is left out.
Tensor segmentSumByAten(const Tensor& x, const Tensor& segments, int64_t count, Shape shape) {
  const Tensor inside = at::logical_and(segments >= 0, segments < count);
  const Tensor wide = segments.to(at::kLong);
  const Tensor target = at::where(inside, wide, at::full({}, count, wide.options()));
  shape[0] = count + 1;
  return at::zeros(shape, x.options()).index_add_(0, target, x).narrow(0, 0, count);
}

// Sums the rows of x [n, ...] by their segment; rows of a segment outside [0, count) are left out.
Tensor segmentSum(const Tensor& x, const Tensor& segments, int64_t count) {
  checkIndices(segments);
  TORCH_CHECK(x.scalar_type() == at::kFloat, "values must be float32");
  TORCH_CHECK(x.dim() >= 1 && segments.dim() == 1 && segments.size(0) == x.size(0) && count >= 0,
              "needs one segment for each row and a count that is not negative");
  Shape shape(x.sizes().begin(), x.sizes().end());
  shape[0] = count;
  if (!useLoops(x)) return segmentSumByAten(x, segments, count, shape);
  Tensor sums = at::zeros(shape, x.options());
  if (sums.numel() == 0) return sums;
  const int64_t rows = x.size(0);
  const int64_t width = rows == 0 ? 0 : x.numel() / rows;
  const float* from = x.data_ptr<float>();
  float* to = sums.data_ptr<float>();
  const int32_t* segment = segments.data_ptr<int32_t>();
  // Threads divide the columns, so that each sum keeps the order of the rows.
  at::parallel_for(0, width, 1 + 32768 / (rows + 1), [&](int64_t begin, int64_t end) {
    for (int64_t row = 0; row < rows; ++row) {
      if (segment[row] < 0 || segment[row] >= count) continue;
      const float* value = from + row * width;
      float* sum = to + segment[row] * width;
      for (int64_t i = begin; i < end; ++i) sum[i] += value[i];
    }
  });
  return sums;
}

}  // namespace

Exports indexingExports() { return {bind("gather", gather), bind("oneHot", oneHot), bind("segmentSum", segmentSum)}; }

}  // namespace ldm
