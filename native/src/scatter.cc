// Rows of a matrix read and written by index vectors, and counts by value.
//
// A tensor of rank r indexed by vectors of k entries is here a matrix [rows, width]: the first k axes are its rows,
// numbered by `strides`, the others its columns.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstring>
#include <sstream>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// The row that each of the index vectors [n, k] names.
std::vector<int64_t> rowsOf(const Tensor& indices, const Shape& strides, int64_t rows) {
  TORCH_CHECK(indices.scalar_type() == at::kInt && indices.dim() == 2, "indices must be int32 vectors [n, k]");
  const int64_t length = indices.size(1);
  TORCH_CHECK(static_cast<int64_t>(strides.size()) >= length, "needs a stride for each entry of an index");
  const int32_t* index = indices.data_ptr<int32_t>();
  std::vector<int64_t> result(static_cast<size_t>(indices.size(0)));
  for (int64_t& row : result) {
    row = 0;
    for (int64_t i = 0; i < length; ++i) row += index[i] * strides[static_cast<size_t>(i)];
    if (row < 0 || row >= rows) {
      std::ostringstream vector;
      for (int64_t i = 0; i < length; ++i) vector << (i > 0 ? "," : "") << index[i];
      TORCH_CHECK(false, "Invalid indices: ", vector.str(), " does not index into the tensor");
    }
    index += length;
  }
  return result;
}

void checkMatrix(const Tensor& x) { TORCH_CHECK(x.dim() == 2, "expected a matrix [rows, width]"); }

Tensor gatherNd(const Tensor& x, const Tensor& indices, const Shape& strides) {
  checkMatrix(x);
  const auto rows = rowsOf(indices, strides, x.size(0));
  Tensor y = at::empty({indices.size(0), x.size(1)}, x.options());
  const size_t bytes = static_cast<size_t>(x.size(1)) * x.element_size();
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  const int64_t grain = 1 + 65536 / static_cast<int64_t>(bytes + 1);
  at::parallel_for(0, indices.size(0), grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const size_t row = static_cast<size_t>(rows[static_cast<size_t>(i)]);
      std::memcpy(to + static_cast<size_t>(i) * bytes, from + row * bytes, bytes);
    }
  });
  return y;
}

template <class T>
void addRows(const Tensor& updates, const std::vector<int64_t>& rows, Tensor& sums) {
  const int64_t width = sums.size(1);
  const T* from = updates.data_ptr<T>();
  T* to = sums.data_ptr<T>();
  const auto count = static_cast<int64_t>(rows.size());
  // Threads divide the columns, so that each sum keeps the order of the updates.
  at::parallel_for(0, width, 1 + 32768 / (count + 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < count; ++i) {
      const T* value = from + i * width;
      T* sum = to + rows[static_cast<size_t>(i)] * width;
      for (int64_t c = begin; c < end; ++c) sum[c] += value[c];
    }
  });
}

// Zeros [rows, width], to whose rows the updates [n, width] are added.
Tensor scatterNd(const Tensor& indices, const Tensor& updates, const Shape& strides, int64_t count) {
  checkMatrix(updates);
  TORCH_CHECK(indices.dim() == 2 && indices.size(0) == updates.size(0) && count >= 0,
              "needs one index for each update");
  const auto rows = rowsOf(indices, strides, count);
  Tensor sums = at::zeros({count, updates.size(1)}, updates.options());
  if (updates.scalar_type() == at::kFloat) {
    addRows<float>(updates, rows, sums);
  } else {
    TORCH_CHECK(updates.scalar_type() == at::kInt, "updates must be float32 or int32");
    addRows<int32_t>(updates, rows, sums);
  }
  return sums;
}

// x [rows, width] with the rows of the updates [n, width], or of one value for all, in their places; the last one wins.
Tensor scatterUpdate(const Tensor& x, const Tensor& indices, const Tensor& updates, const Shape& strides) {
  checkMatrix(x);
  const auto rows = rowsOf(indices, strides, x.size(0));
  TORCH_CHECK(updates.scalar_type() == x.scalar_type(), "values and updates must have one dtype");
  Tensor y = x.clone();
  const Tensor values = updates.dim() == 0 ? updates.expand({indices.size(0), x.size(1)}).contiguous() : updates;
  TORCH_CHECK(values.dim() == 2 && values.size(0) == indices.size(0) && values.size(1) == x.size(1),
              "needs one row for each index, as wide as the values");
  const size_t bytes = static_cast<size_t>(x.size(1)) * x.element_size();
  const auto* from = static_cast<const char*>(values.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(to + static_cast<size_t>(rows[i]) * bytes, from + i * bytes, bytes);
  }
  return y;
}

// The same on a matrix [rows, width] filled with one value.
Tensor sparseToDense(const Tensor& indices, const Tensor& values, const Tensor& otherwise, const Shape& strides,
                     int64_t count, int64_t width) {
  TORCH_CHECK(otherwise.numel() == 1 && count >= 0 && width >= 0, "needs one default value and a size");
  return scatterUpdate(otherwise.reshape({1, 1}).expand({count, width}).contiguous(), indices, values, strides);
}

template <class T>
void addCounts(const Tensor& x, const Tensor& weights, bool binary, Tensor& counts) {
  const int64_t size = counts.size(1);
  const int32_t* value = x.data_ptr<int32_t>();
  const T* weight = weights.numel() > 0 ? weights.data_ptr<T>() : nullptr;
  T* count = counts.data_ptr<T>();
  for (int64_t i = 0; i < x.numel(); ++i) {
    TORCH_CHECK(value[i] >= 0, "Input x must be non-negative!");
    if (value[i] >= size) continue;
    T& entry = count[i / x.size(1) * size + value[i]];
    entry = binary ? T(1) : entry + (weight ? weight[i] : T(1));
  }
}

// For each row of x [rows, n] how often it holds each value below `size`, or the sum of the weights [rows, n] there.
// Weights of no entries are all 1.
Tensor bincount(const Tensor& x, const Tensor& weights, int64_t size, bool binary) {
  TORCH_CHECK(x.scalar_type() == at::kInt && x.dim() == 2, "values must be int32 [rows, n]");
  TORCH_CHECK(weights.numel() == 0 || weights.numel() == x.numel(), "needs one weight for each value, or none");
  TORCH_CHECK(size >= 0, "the size must not be negative");
  Tensor counts = at::zeros({x.size(0), size}, weights.options());
  if (weights.scalar_type() == at::kFloat) {
    addCounts<float>(x, weights, binary, counts);
  } else {
    TORCH_CHECK(weights.scalar_type() == at::kInt, "weights must be float32 or int32");
    addCounts<int32_t>(x, weights, binary, counts);
  }
  return counts;
}

}  // namespace

Exports scatterExports() {
  return {bind("gatherNd", gatherNd), bind("scatterNd", scatterNd), bind("scatterUpdate", scatterUpdate),
          bind("sparseToDense", sparseToDense), bind("bincount", bincount)};
}

}  // namespace ldm
