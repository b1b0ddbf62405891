#pragma once
// What the forward and the backward pass of attention share: sizes, packing and masks.
//
// Queries, keys and values are [batch, positions, heads, channels] views of any strides whose channels are
// consecutive, so that the three thirds of one projection are read where they lie. Each head is packed into rows of a
// whole number of float32 vectors, whatever precision it is stored in. The tiles and the order of all sums depend on
// the shapes alone, and so does the result.

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "bfloat16.h"
#include "silu.h"
#include "tile_product.h"
#include "transpose.h"

namespace ldm {

constexpr int64_t kQueries = 32;  // of a tile: a tile of weights stays in the first-level cache
constexpr int64_t kKeys = 256;
// How far the rows of a tile are apart that run along its keys: no power of two, so that they do not compete for the
// same places of the cache.
constexpr int64_t kKeyRow = kKeys + kLanes;
constexpr float kMasked = -std::numeric_limits<float>::max();

inline int64_t roundUp(int64_t size, int64_t step) { return (size + step - 1) / step * step; }

struct AttentionPlan {
  int64_t batch;
  int64_t heads;
  int64_t queries;
  int64_t keys;
  int64_t channels;
  int64_t width;  // channels, rounded up to whole vectors
  float scale;
  int64_t pairs() const { return batch * heads; }
  int64_t queryTiles() const { return (queries + kQueries - 1) / kQueries; }
  int64_t keyTiles() const { return (keys + kKeys - 1) / kKeys; }
};

// One head of one batch entry of a tensor [batch, positions, heads, channels]: rows of consecutive channels in float32
// or bfloat16.
class HeadRows {
 public:
  HeadRows(const at::Tensor& x, int64_t pair)
      : data_(static_cast<char*>(x.data_ptr())),
        offset_((pair / x.size(2)) * x.stride(0) + (pair % x.size(2)) * x.stride(2)),
        stride_(x.stride(1)),
        reduced_(x.scalar_type() == at::kBFloat16) {}

  // From the given row on: rows of channels to rows of whole vectors, the surplus zero.
  void pack(int64_t first, int64_t rows, const AttentionPlan& plan, float* to) const {
    const auto run = [&](const auto* from) {
      for (int64_t row = 0; row < rows; ++row, from += stride_, to += plan.width) {
        for (int64_t c = 0; c < plan.channels; ++c) to[c] = widen(from[c]);
        std::fill(to + plan.channels, to + plan.width, 0.0f);
      }
    };
    reduced_ ? run(at<at::BFloat16>(first)) : run(at<float>(first));
  }

  // The way back, times a factor.
  void unpack(const float* from, int64_t first, int64_t rows, const AttentionPlan& plan, float factor) const {
    const auto run = [&](auto* to) {
      for (int64_t row = 0; row < rows; ++row, from += plan.width, to += stride_) {
        for (int64_t c = 0; c < plan.channels; ++c) store(from[c] * factor, to[c]);
      }
    };
    reduced_ ? run(at<at::BFloat16>(first)) : run(at<float>(first));
  }

 private:
  template <class T>
  T* at(int64_t row) const {
    return reinterpret_cast<T*>(data_) + offset_ + row * stride_;
  }

  char* data_;
  int64_t offset_;
  int64_t stride_;
  bool reduced_;
};

// Rows of keys or values as cells along them, `width` apart, to one block [cells of a row, kKeyRow] for each tile
// of them: the second factor of a product with queries.
template <class Cells>
void transposeTiles(const float* packed, int64_t count, const AttentionPlan& plan, float* to) {
  const int64_t cells = plan.width / Cells::kPerCell;
  for (; count > 0; count -= kKeys, packed += kKeys * plan.width, to += kKeyRow * plan.width) {
    const int64_t own = std::min(kKeys, count);
    transposeMatrix(packed, plan.width, to, kKeyRow, own, cells);
    for (int64_t c = 0; c < cells; ++c) {
      std::fill(to + c * kKeyRow + own, to + c * kKeyRow + roundUp(own, kLanes), 0.0f);
    }
  }
}

// Which keys a query may attend to, broadcast over [batch, heads, queries, keys]; absent where to all.
class AttentionMask {
 public:
  AttentionMask(const std::optional<at::Tensor>& mask, const AttentionPlan& plan) : scale_(plan.scale) {
    if (!mask) return;
    TORCH_CHECK(mask->scalar_type() == at::kBool && mask->dim() == 4,
                "the mask must be bool with the axes batch, heads, queries and keys");
    // Fails, naming both shapes, where the mask does not broadcast.
    expanded_ = mask->expand({plan.batch, plan.heads, plan.queries, plan.keys});
  }

  // Scales a query's products with `count` keys from the given one on to scores, and masks them.
  void toScores(float* scores, int64_t pair, int64_t query, int64_t firstKey, int64_t count) const {
    for (int64_t j = 0; j < count; ++j) scores[j] *= scale_;
    if (!expanded_.defined()) return;
    const int64_t heads = expanded_.size(1);
    const bool* allowed = expanded_.data_ptr<bool>() + (pair / heads) * expanded_.stride(0) +
                          (pair % heads) * expanded_.stride(1) + query * expanded_.stride(2) +
                          firstKey * expanded_.stride(3);
    for (int64_t j = 0; j < count; ++j) {
      if (!allowed[j * expanded_.stride(3)]) scores[j] = kMasked;
    }
  }

 private:
  float scale_;
  at::Tensor expanded_;
};

// e^x that hands a NaN on: expBounded alone would make some number of it.
inline float exponential(float x) { return x != x ? x : expBounded(x); }
inline Lanes exponential(const Lanes& x) { return x != x ? x : expBounded(x); }

// The tensors of a forward pass; y, a view like q, and lse, the logarithm of each softmax's denominator
// [batch, heads, queries], are written.
struct AttentionForward {
  const at::Tensor& q;
  const at::Tensor& k;
  const at::Tensor& v;
  const at::Tensor& y;
  const at::Tensor& lse;
};

// The tensors of a backward pass; dq, dk and dv are views that are written.
struct AttentionBackward {
  const at::Tensor& dy;
  const at::Tensor& q;
  const at::Tensor& k;
  const at::Tensor& v;
  const at::Tensor& y;
  const at::Tensor& lse;
  const at::Tensor& dq;
  const at::Tensor& dk;
  const at::Tensor& dv;
};

void attend(const AttentionForward& f, const AttentionMask& mask, const AttentionPlan& plan);
void attendBackward(const AttentionBackward& b, const AttentionMask& mask, const AttentionPlan& plan);

}  // namespace ldm
