// The gradient of attention (Dao et al. 2022, algorithm 2): the weights are made again, tile by tile, from the
// logarithm of the softmax's denominator.

#include <ATen/Parallel.h>

#include <algorithm>

#include "attention_tiles.h"
#include "tasks.h"

namespace ldm {
namespace {

// All of a head's gradients from a range of its key tiles: dk and dv of those keys, and their part of dq, added to
// `dq` [queries, width].
class HeadGradient {
 public:
  HeadGradient(const AttentionPlan& plan, const AttentionMask& mask, const AttentionBackward& b, int64_t pair)
      : plan_(plan), mask_(mask), b_(b), pair_(pair) {}

  static int64_t scratchSize(const AttentionPlan& plan) {
    // A tile's keys, values, both transposed and their gradients; a tile of queries, of dy, y, and weights and slopes.
    return 6 * kKeys * plan.width + kQueries * (3 * plan.width + 2 * kKeys);
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
    float* y = dy + kQueries * plan_.width;
    float* weights = y + kQueries * plan_.width;
    float* slopes = weights + kQueries * kKeys;
    const int64_t firstKey = tile * kKeys;
    const int64_t count = std::min(kKeys, plan_.keys - firstKey);
    HeadRows(b_.k, pair_).pack(firstKey, count, plan_, 1.0f, keys);
    HeadRows(b_.v, pair_).pack(firstKey, count, plan_, 1.0f, values);
    AttentionPlan one = plan_;
    one.keys = count;
    transposeTiles(keys, one, keysAcross);
    transposeTiles(values, one, valuesAcross);
    std::fill(dk, dk + 2 * block, 0.0f);
    const int64_t columns = roundUp(count, kLanes);
    for (int64_t first = 0; first < plan_.queries; first += kQueries) {
      const int64_t rows = std::min(kQueries, plan_.queries - first);
      HeadRows(b_.q, pair_).pack(first, rows, plan_, plan_.scale, queries);
      HeadRows(b_.dy, pair_).pack(first, rows, plan_, 1.0f, dy);
      HeadRows(b_.y, pair_).pack(first, rows, plan_, 1.0f, y);
      multiply<false>(queries, keysAcross, weights, {rows, columns, plan_.width, plan_.width, 1, kKeys, kKeys});
      multiply<false>(dy, valuesAcross, slopes, {rows, columns, plan_.width, plan_.width, 1, kKeys, kKeys});
      for (int64_t i = 0; i < rows; ++i) {
        float delta = 0.0f;
        for (int64_t c = 0; c < plan_.width; ++c) delta += dy[i * plan_.width + c] * y[i * plan_.width + c];
        softmaxRow(first + i, firstKey, count, delta, weights + i * kKeys, slopes + i * kKeys);
      }
      const Product toKeys{count, plan_.width, rows, 1, kKeys, plan_.width, plan_.width};
      multiply<true>(weights, dy, dv, toKeys);
      // The queries carry the scale already.
      multiply<true>(slopes, queries, dk, toKeys);
      multiply<true>(slopes, keys, dq + first * plan_.width,
                     {rows, plan_.width, count, kKeys, 1, plan_.width, plan_.width});
    }
    HeadRows(b_.dk, pair_).unpack(dk, firstKey, count, plan_, 1.0f);
    HeadRows(b_.dv, pair_).unpack(dv, firstKey, count, plan_, 1.0f);
  }

  // A query's scores to its weights, and their gradients to those of the scores; `delta` is <dy, y>.
  void softmaxRow(int64_t query, int64_t firstKey, int64_t count, float delta, float* weights, float* slopes) const {
    mask_.apply(weights, pair_, query, firstKey, count);
    const float shift = b_.lse.data_ptr<float>()[pair_ * plan_.queries + query];
    for (int64_t j = 0; j < count; ++j) {
      const float weight = exponential(weights[j] - shift);
      weights[j] = weight;
      slopes[j] = weight * (slopes[j] - delta);
    }
  }

  const AttentionPlan& plan_;
  const AttentionMask& mask_;
  const AttentionBackward& b_;
  int64_t pair_;
};

}  // namespace

void attendBackward(const AttentionBackward& b, const AttentionMask& mask, const AttentionPlan& plan) {
  // Few heads of long sequences are divided further, by keys; how far depends on the shapes alone.
  constexpr int64_t kTasks = 16;
  const int64_t parts = std::max<int64_t>(1, std::min(plan.keyTiles(), kTasks / plan.pairs()));
  const int64_t dqSize = plan.queries * plan.width;
  const int64_t scratchSize = HeadGradient::scratchSize(plan);
  if (parts == 1) {
    forEachTask(plan.pairs(), scratchSize + dqSize, [&](int64_t pair, float* scratch) {
      const HeadGradient head(plan, mask, b, pair);
      head.run(0, plan.keyTiles(), scratch + scratchSize, scratch);
      HeadRows(b.dq, pair).unpack(scratch + scratchSize, 0, plan.queries, plan, plan.scale);
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
      HeadRows(b.dq, pair).unpack(total, 0, plan.queries, plan, plan.scale);
    }
  });
}

}  // namespace ldm
