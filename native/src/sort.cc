// The largest values, places in sorted rows, and distinct values.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <unordered_map>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

template <class T>
bool isNan(T value) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(value);
  return false;
}

// From large to small, the first of equals first; NaN counts as largest.
template <class T>
void largest(const Tensor& x, Tensor& values, Tensor& indices) {
  const int64_t length = x.size(1);
  const int64_t k = values.size(1);
  const T* row = x.data_ptr<T>();
  T* value = values.data_ptr<T>();
  int32_t* index = indices.data_ptr<int32_t>();
  at::parallel_for(0, x.size(0), 1 + 8192 / (length + 1), [&](int64_t begin, int64_t end) {
    std::vector<int32_t> order(static_cast<size_t>(length));
    for (int64_t r = begin; r < end; ++r) {
      const T* from = row + r * length;
      std::iota(order.begin(), order.end(), 0);
      std::partial_sort(order.begin(), order.begin() + k, order.end(), [from](int32_t a, int32_t b) {
        const bool nanA = isNan(from[a]);
        const bool nanB = isNan(from[b]);
        if (nanA != nanB) return nanA;
        if (nanA || from[a] == from[b]) return a < b;
        return from[a] > from[b];
      });
      for (int64_t i = 0; i < k; ++i) {
        const int32_t at = order[static_cast<size_t>(i)];
        index[r * k + i] = at;
        value[r * k + i] = from[at];
      }
    }
  });
}

// The k largest of each row of x [rows, n], and their places.
std::vector<Tensor> topK(const Tensor& x, int64_t k) {
  TORCH_CHECK(x.dim() == 2, "expected a matrix [rows, n]");
  TORCH_CHECK(k >= 0 && k <= x.size(1), "k must be between 0 and ", x.size(1), ", found ", k);
  TORCH_CHECK(x.size(1) <= std::numeric_limits<int32_t>::max(), "a row is too long for int32 places");
  Tensor values = at::empty({x.size(0), k}, x.options());
  Tensor indices = at::empty({x.size(0), k}, x.options().dtype(at::kInt));
  if (x.scalar_type() == at::kFloat) {
    largest<float>(x, values, indices);
  } else {
    TORCH_CHECK(x.scalar_type() == at::kInt, "values must be float32 or int32");
    largest<int32_t>(x, values, indices);
  }
  return {values, indices};
}

// Bisection as tfjs writes it, which also says what NaN and unsorted rows give.
template <class T>
void bisect(const Tensor& sorted, const Tensor& values, bool right, Tensor& places) {
  const int64_t length = sorted.size(1);
  const T* rows = sorted.data_ptr<T>();
  const T* wanted = values.data_ptr<T>();
  int32_t* place = places.data_ptr<int32_t>();
  for (int64_t i = 0; i < values.numel(); ++i) {
    const T* row = rows + i / values.size(1) * length;
    int64_t low = 0;
    int64_t high = length;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      const bool before = right ? row[middle] <= wanted[i] : row[middle] < wanted[i];
      if (before) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    place[i] = static_cast<int32_t>(high);
  }
}

// Where each of the values [rows, m] would go in its sorted row [rows, n]: before its equals, or after them.
Tensor searchSorted(const Tensor& sorted, const Tensor& values, bool right) {
  TORCH_CHECK(sorted.dim() == 2 && values.dim() == 2 && sorted.size(0) == values.size(0),
              "expected sorted rows [rows, n] and values [rows, m]");
  TORCH_CHECK(sorted.scalar_type() == values.scalar_type(), "rows and values must have one dtype");
  Tensor places = at::empty(values.sizes(), values.options().dtype(at::kInt));
  if (sorted.scalar_type() == at::kFloat) {
    bisect<float>(sorted, values, right, places);
  } else {
    TORCH_CHECK(sorted.scalar_type() == at::kInt, "values must be float32 or int32");
    bisect<int32_t>(sorted, values, right, places);
  }
  return places;
}

// The distinct ones of the n slices of x [outer, n, inner], in the order they first come in, and which of them each is.
// NaN equals itself here, and 0 equals -0.
std::vector<Tensor> unique(const Tensor& x) {
  TORCH_CHECK(x.dim() == 3, "expected [outer, n, inner]");
  const int64_t count = x.size(1);
  Tensor slices = x.transpose(0, 1).reshape({count, -1}).contiguous();
  if (slices.is_floating_point()) {
    slices = at::where(slices.isnan(), at::full({}, std::numeric_limits<double>::quiet_NaN(), slices.options()),
                       slices + 0.0);
  }
  const size_t bytes = static_cast<size_t>(slices.size(1)) * slices.element_size();
  const auto* data = static_cast<const char*>(slices.data_ptr());
  Tensor which = at::empty({count}, x.options().dtype(at::kInt));
  int32_t* number = which.data_ptr<int32_t>();
  std::unordered_map<std::string, int32_t> known;
  std::vector<int64_t> firsts;
  for (int64_t i = 0; i < count; ++i) {
    std::string key(data + static_cast<size_t>(i) * bytes, bytes);
    const auto [entry, isNew] = known.try_emplace(std::move(key), static_cast<int32_t>(firsts.size()));
    if (isNew) firsts.push_back(i);
    number[i] = entry->second;
  }
  return {at::index_select(x, 1, at::tensor(firsts, at::TensorOptions().dtype(at::kLong))), which};
}

}  // namespace

Exports sortExports() { return {bind("topK", topK), bind("searchSorted", searchSorted), bind("unique", unique)}; }

}  // namespace ldm
