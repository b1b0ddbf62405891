// Scaled dot-product attention and its gradient in memory linear in the sequence length (Dao et al. 2022, algorithms 1
// and 2; Rabe and Staats 2021): the weights are made and used up tile by tile, with a running maximum and sum for the
// softmax; the gradient makes them again from the logarithm of that sum.
//
// Queries, keys and values are [batch, positions, heads, channels] views of any strides whose channels are
// consecutive, so that the three thirds of one projection are read where they lie. Each head is packed once into rows
// of a whole number of vectors. The tiles and the order of all sums depend on the shapes alone, and so does the result.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops.h"
#include "silu.h"
#include "tile_product.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kQueries = 32;  // of a tile: a tile of weights stays in the first-level cache
constexpr int64_t kKeys = 256;
constexpr float kMasked = -std::numeric_limits<float>::max();

int64_t roundUp(int64_t size, int64_t step) { return (size + step - 1) / step * step; }

struct Plan {
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

void checkSequence(const Tensor& x, const char* name) {
  TORCH_CHECK(x.dim() == 4, name, " must have the axes batch, positions, heads and channels");
  TORCH_CHECK(x.scalar_type() == at::kFloat, name, " must be float32");
}

Plan planFor(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  checkSequence(q, "q");
  checkSequence(k, "k");
  checkSequence(v, "v");
  TORCH_CHECK(k.sizes() == v.sizes() && k.size(0) == q.size(0) && k.size(2) == q.size(2) && k.size(3) == q.size(3),
              "k and v must have one shape, and the batch, heads and channels of q");
  TORCH_CHECK(q.numel() > 0 && k.numel() > 0, "there is nothing to attend to");
  return {q.size(0),  q.size(2), q.size(1), k.size(1), q.size(3), roundUp(q.size(3), kLanes),
          static_cast<float>(scale)};
}

// One head of one batch entry: rows of consecutive channels.
struct Rows {
  const float* data;
  int64_t stride;
};

struct MutableRows {
  float* data;
  int64_t stride;
};

int64_t offsetOf(const Tensor& x, int64_t pair) {
  return (pair / x.size(2)) * x.stride(0) + (pair % x.size(2)) * x.stride(2);
}

Rows rowsOf(const Tensor& x, int64_t pair) { return {x.data_ptr<float>() + offsetOf(x, pair), x.stride(1)}; }

MutableRows mutableRowsOf(const Tensor& x, int64_t pair) {
  return {x.data_ptr<float>() + offsetOf(x, pair), x.stride(1)};
}

// Rows of channels to rows of whole vectors, the surplus zero, times a factor.
void pack(const Rows& from, int64_t rows, const Plan& plan, float factor, float* to) {
  for (int64_t row = 0; row < rows; ++row, to += plan.width) {
    const float* source = from.data + row * from.stride;
    for (int64_t c = 0; c < plan.channels; ++c) to[c] = source[c] * factor;
    std::fill(to + plan.channels, to + plan.width, 0.0f);
  }
}

// Packed rows to one block [width, kKeys] for each tile of keys: the second factor of a product with queries.
void transposeTiles(const float* packed, const Plan& plan, float* to) {
  for (int64_t tile = 0; tile < plan.keyTiles(); ++tile, to += plan.width * kKeys) {
    const int64_t first = tile * kKeys;
    const int64_t count = std::min(kKeys, plan.keys - first);
    for (int64_t block = 0; block < count; block += kLanes) {
      const int64_t end = std::min(count, block + kLanes);
      for (int64_t c = 0; c < plan.width; ++c) {
        for (int64_t j = block; j < end; ++j) to[c * kKeys + j] = packed[(first + j) * plan.width + c];
      }
    }
    for (int64_t c = 0; c < plan.width; ++c) std::fill(to + c * kKeys + count, to + (c + 1) * kKeys, 0.0f);
  }
}

// Which keys a query may attend to, broadcast over [batch, heads, queries, keys]; absent where to all.
class Mask {
 public:
  Mask(const std::optional<Tensor>& mask, const Plan& plan) {
    if (!mask) return;
    TORCH_CHECK(mask->scalar_type() == at::kBool && mask->dim() == 4,
                "the mask must be bool with the axes batch, heads, queries and keys");
    // Fails, naming both shapes, where the mask does not broadcast.
    expanded_ = mask->expand({plan.batch, plan.heads, plan.queries, plan.keys});
  }

  void apply(float* scores, int64_t pair, int64_t query, int64_t firstKey, int64_t count) const {
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
  Tensor expanded_;
};

// e^x that hands a NaN on: expBounded alone would make some number of it.
inline float exponential(float x) { return x != x ? x : expBounded(x); }

float maximum(const float* values, int64_t count) {
  float lanes[kLanes];
  std::fill(lanes, lanes + kLanes, kMasked);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] = lanes[l] < values[i + l] ? values[i + l] : lanes[l];
  }
  for (; i < count; ++i) lanes[0] = std::max(lanes[0], values[i]);
  return *std::max_element(lanes, lanes + kLanes);
}

// Replaces scores by e^(score - shift) and returns their sum.
float exponentiate(float* scores, int64_t count, float shift) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) {
      const float e = exponential(scores[i + l] - shift);
      scores[i + l] = e;
      lanes[l] += e;
    }
  }
  float sum = 0.0f;
  for (; i < count; ++i) {
    scores[i] = exponential(scores[i] - shift);
    sum += scores[i];
  }
  for (float lane : lanes) sum += lane;
  return sum;
}

// What one thread needs, made before the threads start: nothing is allocated among them.
struct Scratch {
  Tensor buffers;
  int64_t size;
  Scratch(int64_t parts, int64_t sizeEach) : size(sizeEach) { buffers = at::empty({parts, sizeEach}, at::kFloat); }
  float* part(int64_t i) const { return buffers.data_ptr<float>() + i * size; }
};

// Runs `task(i, scratch)` for each i in parallel; each thread has a scratch of `floats` values of its own.
template <class Task>
void forEachTask(int64_t tasks, int64_t floats, Task task) {
  const int64_t threads = std::min<int64_t>(tasks, at::get_num_threads());
  const Scratch scratch(threads, floats);
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      for (int64_t i = tasks * t / threads; i < tasks * (t + 1) / threads; ++i) task(i, scratch.part(t));
    }
  });
}

// Packed keys and values of a head, where every query tile of the head reads them.
struct PackedHead {
  const float* keys;         // blocks [width, kKeys]
  const float* values;       // [keys, width]
};

struct ForwardTile {
  const Plan& plan;
  const Mask& mask;
  int64_t pair;
  int64_t firstQuery;
  int64_t count;
};

// One tile of queries against all keys of its head.
void attendTile(const ForwardTile& t, const Rows& q, const PackedHead& head, const MutableRows& y, float* lse,
                float* scratch) {
  const Plan& plan = t.plan;
  float* queries = scratch;
  float* scores = queries + kQueries * plan.width;
  float* sums = scores + kQueries * kKeys;
  float maxima[kQueries];
  float totals[kQueries];
  std::fill(maxima, maxima + kQueries, kMasked);
  std::fill(totals, totals + kQueries, 0.0f);
  pack({q.data + t.firstQuery * q.stride, q.stride}, t.count, plan, plan.scale, queries);
  std::fill(sums, sums + kQueries * plan.width, 0.0f);
  for (int64_t tile = 0; tile < plan.keyTiles(); ++tile) {
    const int64_t firstKey = tile * kKeys;
    const int64_t keys = std::min(kKeys, plan.keys - firstKey);
    multiply<false>(queries, head.keys + tile * plan.width * kKeys, scores,
                    {t.count, roundUp(keys, kLanes), plan.width, plan.width, 1, kKeys, kKeys});
    for (int64_t i = 0; i < t.count; ++i) {
      float* row = scores + i * kKeys;
      t.mask.apply(row, t.pair, t.firstQuery + i, firstKey, keys);
      const float peak = std::max(maxima[i], maximum(row, keys));
      if (peak > maxima[i] && tile > 0) {
        const float shrink = exponential(maxima[i] - peak);
        totals[i] *= shrink;
        for (int64_t c = 0; c < plan.width; ++c) sums[i * plan.width + c] *= shrink;
      }
      maxima[i] = peak;
      totals[i] += exponentiate(row, keys, peak);
    }
    multiply<true>(scores, head.values + firstKey * plan.width, sums,
                   {t.count, plan.width, keys, kKeys, 1, plan.width, plan.width});
  }
  for (int64_t i = 0; i < t.count; ++i) {
    const float inverse = 1.0f / totals[i];
    float* out = y.data + (t.firstQuery + i) * y.stride;
    for (int64_t c = 0; c < plan.channels; ++c) out[c] = sums[i * plan.width + c] * inverse;
    lse[t.firstQuery + i] = maxima[i] + std::log(totals[i]);
  }
}

// y, a view like q, and the logarithm of each softmax's denominator, [batch, heads, queries].
void attend(const Tensor& q, const Tensor& k, const Tensor& v, const Mask& mask, const Plan& plan, const Tensor& y,
            const Tensor& lse) {
  const int64_t keySize = plan.keyTiles() * kKeys * plan.width;
  const int64_t valueSize = plan.keys * plan.width;
  const int64_t tileSize = kQueries * (2 * plan.width + kKeys);
  const auto packHead = [&](int64_t pair, float* keys, float* values) {
    // The keys' rows are packed where the values go, which then take their place.
    pack(rowsOf(k, pair), plan.keys, plan, 1.0f, values);
    transposeTiles(values, plan, keys);
    pack(rowsOf(v, pair), plan.keys, plan, 1.0f, values);
  };
  const auto runTile = [&](int64_t pair, int64_t tile, const PackedHead& head, float* scratch) {
    const int64_t first = tile * kQueries;
    const ForwardTile t{plan, mask, pair, first, std::min(kQueries, plan.queries - first)};
    attendTile(t, rowsOf(q, pair), head, mutableRowsOf(y, pair), lse.data_ptr<float>() + pair * plan.queries, scratch);
  };
  if (plan.pairs() >= at::get_num_threads()) {
    forEachTask(plan.pairs(), keySize + valueSize + tileSize, [&](int64_t pair, float* scratch) {
      float* values = scratch + keySize;
      packHead(pair, scratch, values);
      for (int64_t tile = 0; tile < plan.queryTiles(); ++tile) {
        runTile(pair, tile, {scratch, values}, values + valueSize);
      }
    });
    return;
  }
  const Scratch head(1, keySize + valueSize);
  for (int64_t pair = 0; pair < plan.pairs(); ++pair) {
    float* values = head.part(0) + keySize;
    packHead(pair, head.part(0), values);
    forEachTask(plan.queryTiles(), tileSize,
                [&](int64_t tile, float* scratch) { runTile(pair, tile, {head.part(0), values}, scratch); });
  }
}

// The tensors of one backward pass; dq, dk and dv are views that are written.
struct Backward {
  const Tensor& dy;
  const Tensor& q;
  const Tensor& k;
  const Tensor& v;
  const Tensor& y;
  const Tensor& lse;
  const Tensor& dq;
  const Tensor& dk;
  const Tensor& dv;
};

// All of a head's gradients from a range of its key tiles: dk and dv of those keys, and their part of dq, added to
// `dq` [queries, width].
class HeadGradient {
 public:
  HeadGradient(const Plan& plan, const Mask& mask, const Backward& b, int64_t pair)
      : plan_(plan), mask_(mask), b_(b), pair_(pair) {}

  static int64_t scratchSize(const Plan& plan) {
    // A tile's keys, values, both transposed and their gradients; a tile of queries, of dy, and of weights and slopes.
    return 6 * kKeys * plan.width + kQueries * (2 * plan.width + 2 * kKeys);
  }

  void run(int64_t firstTile, int64_t lastTile, float* dq, float* scratch) const {
    std::fill(dq, dq + plan_.queries * plan_.width, 0.0f);
    for (int64_t tile = firstTile; tile < lastTile; ++tile) keyTile(tile, dq, scratch);
  }

 private:
  void keyTile(int64_t tile, float* dq, float* scratch) const {
    const int64_t block = kKeys * plan_.width;
    float* keys = scratch;
    float* values = keys + block;
    float* keysAcross = values + block;
    float* valuesAcross = keysAcross + block;
    float* dk = valuesAcross + block;
    float* dv = dk + block;
    float* queries = dv + block;
    float* dy = queries + kQueries * plan_.width;
    float* weights = dy + kQueries * plan_.width;
    float* slopes = weights + kQueries * kKeys;
    const int64_t firstKey = tile * kKeys;
    const int64_t count = std::min(kKeys, plan_.keys - firstKey);
    const Rows k = rowsOf(b_.k, pair_);
    const Rows v = rowsOf(b_.v, pair_);
    Plan one = plan_;
    one.keys = count;
    pack({k.data + firstKey * k.stride, k.stride}, count, one, 1.0f, keys);
    pack({v.data + firstKey * v.stride, v.stride}, count, one, 1.0f, values);
    transposeTiles(keys, one, keysAcross);
    transposeTiles(values, one, valuesAcross);
    std::fill(dk, dk + 2 * block, 0.0f);
    const int64_t columns = roundUp(count, kLanes);
    for (int64_t first = 0; first < plan_.queries; first += kQueries) {
      const int64_t rows = std::min(kQueries, plan_.queries - first);
      const Rows q = rowsOf(b_.q, pair_);
      const Rows gradient = rowsOf(b_.dy, pair_);
      pack({q.data + first * q.stride, q.stride}, rows, plan_, plan_.scale, queries);
      pack({gradient.data + first * gradient.stride, gradient.stride}, rows, plan_, 1.0f, dy);
      multiply<false>(queries, keysAcross, weights, {rows, columns, plan_.width, plan_.width, 1, kKeys, kKeys});
      multiply<false>(dy, valuesAcross, slopes, {rows, columns, plan_.width, plan_.width, 1, kKeys, kKeys});
      for (int64_t i = 0; i < rows; ++i) {
        softmaxRow(first + i, firstKey, count, dy + i * plan_.width, weights + i * kKeys, slopes + i * kKeys);
      }
      const Product toKeys{count, plan_.width, rows, 1, kKeys, plan_.width, plan_.width};
      multiply<true>(weights, dy, dv, toKeys);
      // The queries carry the scale already.
      multiply<true>(slopes, queries, dk, toKeys);
      multiply<true>(slopes, keys, dq + first * plan_.width,
                     {rows, plan_.width, count, kKeys, 1, plan_.width, plan_.width});
    }
    unpack(dk, count, 1.0f, mutableRowsOf(b_.dk, pair_), firstKey);
    unpack(dv, count, 1.0f, mutableRowsOf(b_.dv, pair_), firstKey);
  }

  // A query's scores to its weights, and their gradients to those of the scores.
  void softmaxRow(int64_t query, int64_t firstKey, int64_t count, const float* dy, float* weights,
                  float* slopes) const {
    mask_.apply(weights, pair_, query, firstKey, count);
    const Rows y = rowsOf(b_.y, pair_);
    float delta = 0.0f;
    for (int64_t c = 0; c < plan_.channels; ++c) delta += dy[c] * y.data[query * y.stride + c];
    const float shift = b_.lse.data_ptr<float>()[pair_ * plan_.queries + query];
    for (int64_t j = 0; j < count; ++j) {
      const float weight = exponential(weights[j] - shift);
      weights[j] = weight;
      slopes[j] = weight * (slopes[j] - delta);
    }
  }

 public:
  void unpack(const float* from, int64_t rows, float factor, const MutableRows& to, int64_t firstRow) const {
    for (int64_t row = 0; row < rows; ++row) {
      float* out = to.data + (firstRow + row) * to.stride;
      for (int64_t c = 0; c < plan_.channels; ++c) out[c] = from[row * plan_.width + c] * factor;
    }
  }

 private:
  const Plan& plan_;
  const Mask& mask_;
  const Backward& b_;
  int64_t pair_;
};

void attendBackward(const Backward& b, const Mask& mask, const Plan& plan) {
  // Few heads of long sequences are divided further, by keys; how far depends on the shapes alone.
  constexpr int64_t kTasks = 16;
  const int64_t parts = std::max<int64_t>(1, std::min(plan.keyTiles(), kTasks / plan.pairs()));
  const int64_t dqSize = plan.queries * plan.width;
  const int64_t scratchSize = HeadGradient::scratchSize(plan);
  if (parts == 1) {
    forEachTask(plan.pairs(), scratchSize + dqSize, [&](int64_t pair, float* scratch) {
      const HeadGradient head(plan, mask, b, pair);
      head.run(0, plan.keyTiles(), scratch + scratchSize, scratch);
      head.unpack(scratch + scratchSize, plan.queries, plan.scale, mutableRowsOf(b.dq, pair), 0);
    });
    return;
  }
  const Scratch dq(plan.pairs() * parts, dqSize);
  forEachTask(plan.pairs() * parts, scratchSize, [&](int64_t task, float* scratch) {
    const int64_t part = task % parts;
    HeadGradient(plan, mask, b, task / parts)
        .run(plan.keyTiles() * part / parts, plan.keyTiles() * (part + 1) / parts, dq.part(task), scratch);
  });
  at::parallel_for(0, plan.pairs(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t pair = begin; pair < end; ++pair) {
      float* total = dq.part(pair * parts);
      for (int64_t part = 1; part < parts; ++part) {
        const float* other = dq.part(pair * parts + part);
        for (int64_t i = 0; i < dqSize; ++i) total[i] += other[i];
      }
      HeadGradient(plan, mask, b, pair).unpack(total, plan.queries, plan.scale, mutableRowsOf(b.dq, pair), 0);
    }
  });
}

Tensor emptyLse(const Plan& plan, const Tensor& like) {
  return at::empty({plan.batch, plan.heads, plan.queries}, like.options());
}

void checkGradient(const Tensor& dy, const Tensor& y, const Tensor& lse, const Tensor& q, const Plan& plan) {
  TORCH_CHECK(dy.scalar_type() == at::kFloat && y.scalar_type() == at::kFloat && lse.scalar_type() == at::kFloat,
              "dy, y and lse must be float32");
  TORCH_CHECK(dy.sizes() == q.sizes() && y.sizes() == q.sizes(), "dy and y must have the shape of q");
  TORCH_CHECK(lse.dim() == 3 && lse.size(0) == plan.batch && lse.size(1) == plan.heads &&
                  lse.size(2) == plan.queries,
              "lse must have one value for each batch entry, head and query");
}

std::vector<Tensor> attention(const Tensor& q, const Tensor& k, const Tensor& v, const std::optional<Tensor>& mask,
                              double scale) {
  const Plan plan = planFor(q, k, v, scale);
  Tensor y = at::empty(q.sizes(), q.options());
  Tensor lse = emptyLse(plan, q);
  attend(q, k, v, Mask(mask, plan), plan, y, lse);
  return {y, lse};
}

std::vector<Tensor> attentionGrad(const Tensor& dy, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& y,
                                  const Tensor& lse, const std::optional<Tensor>& mask, double scale) {
  const Plan plan = planFor(q, k, v, scale);
  checkGradient(dy, y, lse, q, plan);
  Tensor dq = at::empty(q.sizes(), q.options());
  Tensor dk = at::empty(k.sizes(), k.options());
  Tensor dv = at::empty(v.sizes(), v.options());
  attendBackward({dy, q, k, v, y, lse, dq, dk, dv}, Mask(mask, plan), plan);
  return {dq, dk, dv};
}

// Queries, keys and values as views of one projection [batch, positions, 3 * heads * channels]: the thirds of the whole
// where `splitBeforeHeads`, else of each head.
std::vector<Tensor> thirds(const Tensor& qkv, int64_t heads, bool splitBeforeHeads) {
  TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) > 0 && qkv.size(2) % (3 * heads) == 0,
              "qkv must have the axes batch, positions and 3 * ", heads, " heads * channels");
  const int64_t channels = qkv.size(2) / (3 * heads);
  const int64_t axis = splitBeforeHeads ? 2 : 3;
  const Tensor split = splitBeforeHeads ? qkv.view({qkv.size(0), qkv.size(1), 3, heads, channels})
                                        : qkv.view({qkv.size(0), qkv.size(1), heads, 3, channels});
  return {split.select(axis, 0), split.select(axis, 1), split.select(axis, 2)};
}

std::vector<Tensor> qkvAttention(const Tensor& qkv, int64_t heads, bool splitBeforeHeads, double scale) {
  const std::vector<Tensor> in = thirds(qkv, heads, splitBeforeHeads);
  const Plan plan = planFor(in[0], in[1], in[2], scale);
  Tensor y = at::empty(in[0].sizes(), qkv.options());
  Tensor lse = emptyLse(plan, qkv);
  attend(in[0], in[1], in[2], Mask(std::nullopt, plan), plan, y, lse);
  return {y.view({qkv.size(0), qkv.size(1), -1}), lse};
}

Tensor qkvAttentionGrad(const Tensor& dy, const Tensor& qkv, const Tensor& y, const Tensor& lse, int64_t heads,
                        bool splitBeforeHeads, double scale) {
  const std::vector<Tensor> in = thirds(qkv, heads, splitBeforeHeads);
  const Plan plan = planFor(in[0], in[1], in[2], scale);
  TORCH_CHECK(dy.numel() == in[0].numel() && y.numel() == in[0].numel(), "dy and y must have a third of qkv's values");
  const Tensor dyByHead = dy.view(in[0].sizes());
  const Tensor yByHead = y.view(in[0].sizes());
  checkGradient(dyByHead, yByHead, lse, in[0], plan);
  Tensor gradient = at::empty(qkv.sizes(), qkv.options());
  const std::vector<Tensor> out = thirds(gradient, heads, splitBeforeHeads);
  attendBackward({dyByHead, in[0], in[1], in[2], yByHead, lse, out[0], out[1], out[2]}, Mask(std::nullopt, plan),
                 plan);
  return gradient;
}

}  // namespace

Exports attentionExports() {
  return {bind("attention", attention), bind("attentionGrad", attentionGrad), bind("qkvAttention", qkvAttention),
          bind("qkvAttentionGrad", qkvAttentionGrad)};
}

}  // namespace ldm
