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
template <class Cells>
class HeadGradient {
 public:
  HeadGradient(const AttentionPlan& plan, const AttentionMask& mask, const AttentionBackward& b, int64_t pair)
      : plan_(plan), mask_(mask), b_(b), pair_(pair) {}

  static int64_t scratchSize(const AttentionPlan& plan) {
    // A tile of keys, it and that of values transposed, both gradients; a tile of queries, of dy, both once more as
    // other cells, y; weights, and slopes twice.
    return (3 * kKeys + 2 * kKeyRow) * plan.width + kQueries * (5 * plan.width + 3 * kKeyRow);
  }

  void run(int64_t firstTile, int64_t lastTile, float* dq, float* scratch) const {
    std::fill(dq, dq + plan_.queries * plan_.width, 0.0f);
    for (int64_t tile = firstTile; tile < lastTile; ++tile) keyTile(tile, dq, scratch);
  }

 private:
  void keyTile(int64_t tile, float* dq, float* scratch) const {
    const int64_t block = kKeys * plan_.width;
    const int64_t queryBlock = kQueries * plan_.width;
    float* keys = scratch;
    float* dk = keys + block;
    float* dv = dk + block;
    float* keysAcross = dv + block;
    float* valuesAcross = keysAcross + kKeyRow * plan_.width;
    float* queries = valuesAcross + kKeyRow * plan_.width;
    float* dy = queries + queryBlock;
    float* y = dy + queryBlock;
    float* queryRoom = y + queryBlock;
    float* dyRoom = queryRoom + queryBlock;
    float* weights = dyRoom + queryBlock;
    float* slopes = weights + kQueries * kKeyRow;
    float* slopesRoom = slopes + kQueries * kKeyRow;
    const int64_t firstKey = tile * kKeys;
    const int64_t count = std::min(kKeys, plan_.keys - firstKey);
    packAcross(b_.v, firstKey, count, keys, valuesAcross);
    packAcross(b_.k, firstKey, count, keys, keysAcross);
    HeadRows(b_.k, pair_).pack(firstKey, count, plan_, keys);
    packDownRows<Cells>(keys, count, plan_.width, plan_.width, keys);
    std::fill(dk, dk + count * plan_.width, 0.0f);
    std::fill(dv, dv + count * plan_.width, 0.0f);
    const int64_t columns = roundUp(count, kLanes);
    for (int64_t first = 0; first < plan_.queries; first += kQueries) {
      const int64_t rows = std::min(kQueries, plan_.queries - first);
      HeadRows(b_.q, pair_).pack(first, rows, plan_, queries);
      HeadRows(b_.dy, pair_).pack(first, rows, plan_, dy);
      HeadRows(b_.y, pair_).pack(first, rows, plan_, y);
      float deltas[kQueries];
      for (int64_t i = 0; i < rows; ++i) deltas[i] = dot(dy + i * plan_.width, y + i * plan_.width);
      const float* queriesDown = packDownRows<Cells>(queries, rows, plan_.width, plan_.width, queryRoom);
      const float* dyDown = packDownRows<Cells>(dy, rows, plan_.width, plan_.width, dyRoom);
      packAlongRows<Cells>(queries, rows, plan_.width, plan_.width);
      packAlongRows<Cells>(dy, rows, plan_.width, plan_.width);
      const Product toScores{rows, columns, cellsOf<Cells>(plan_.width), plan_.width, 1, kKeyRow, kKeyRow};
      multiply<false, Cells>(queries, keysAcross, weights, toScores);
      multiply<false, Cells>(dy, valuesAcross, slopes, toScores);
      for (int64_t i = 0; i < rows; ++i) {
        softmaxRow(first + i, firstKey, count, deltas[i], weights + i * kKeyRow, slopes + i * kKeyRow);
      }
      const float* weightsDown = packDownRows<Cells>(weights, rows, columns, kKeyRow, weights);
      const float* slopesDown = packDownRows<Cells>(slopes, rows, columns, kKeyRow, slopesRoom);
      packAlongRows<Cells>(slopes, rows, columns, kKeyRow);
      const Product toKeys{count, plan_.width, cellsOf<Cells>(rows), 1, kKeyRow, plan_.width, plan_.width};
      multiply<true, Cells>(weightsDown, dyDown, dv, toKeys);
      multiply<true, Cells>(slopesDown, queriesDown, dk, toKeys);
      multiply<true, Cells>(slopes, keys, dq + first * plan_.width,
                            {rows, plan_.width, cellsOf<Cells>(count), kKeyRow, 1, plan_.width, plan_.width});
    }
    HeadRows(b_.dk, pair_).unpack(dk, firstKey, count, plan_, plan_.scale);
    HeadRows(b_.dv, pair_).unpack(dv, firstKey, count, plan_, 1.0f);
  }

  // A tile of keys or values, by way of `rows`, as the second factor of a product with queries.
  void packAcross(const at::Tensor& x, int64_t first, int64_t count, float* rows, float* across) const {
    HeadRows(x, pair_).pack(first, count, plan_, rows);
    packAlongRows<Cells>(rows, count, plan_.width, plan_.width);
    transposeTiles<Cells>(rows, count, plan_, across);
  }

  float dot(const float* a, const float* b) const {
    float sum = 0.0f;
    for (int64_t c = 0; c < plan_.width; ++c) sum += a[c] * b[c];
    return sum;
  }

  // A query's scores to its weights, and their gradients to those of the scores; `delta` is <dy, y>.
  void softmaxRow(int64_t query, int64_t firstKey, int64_t count, float delta, float* weights, float* slopes) const {
    const float shift = b_.lse.data_ptr<float>()[pair_ * plan_.queries + query];
    if (shift == kMasked) {
      // A query that may attend to nothing attends to all keys alike, whatever it and they are; the number of keys is
      // lost beside a logarithm of that size.
      std::fill(weights, weights + count, 1.0f / static_cast<float>(plan_.keys));
      std::fill(slopes, slopes + count, 0.0f);
      return;
    }
    mask_.toScores(weights, pair_, query, firstKey, count);
    int64_t j = 0;
    for (; j + kLanes <= count; j += kLanes) {
      const Lanes weight = exponential(load(weights + j) - shift);
      save(weight, weights + j);
      save(weight * (load(slopes + j) - delta), slopes + j);
    }
    for (; j < count; ++j) {
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

template <class Cells>
void attendBackwardAs(const AttentionBackward& b, const AttentionMask& mask, const AttentionPlan& plan) {
  // Few heads of long sequences are divided further, by keys; how far depends on the shapes alone.
  constexpr int64_t kTasks = 16;
  const int64_t parts = std::max<int64_t>(1, std::min(plan.keyTiles(), kTasks / plan.pairs()));
  const int64_t dqSize = plan.queries * plan.width;
  const int64_t scratchSize = HeadGradient<Cells>::scratchSize(plan);
  if (parts == 1) {
    forEachTask(plan.pairs(), scratchSize + dqSize, [&](int64_t pair, float* scratch) {
      const HeadGradient<Cells> head(plan, mask, b, pair);
      head.run(0, plan.keyTiles(), scratch + scratchSize, scratch);
      HeadRows(b.dq, pair).unpack(scratch + scratchSize, 0, plan.queries, plan, plan.scale);
    });
    return;
  }
  const Scratch dq(plan.pairs() * parts, dqSize);
  forEachTask(plan.pairs() * parts, scratchSize, [&](int64_t task, float* scratch) {
    const int64_t part = task % parts;
    HeadGradient<Cells>(plan, mask, b, task / parts)
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

}  // namespace

void attendBackward(const AttentionBackward& b, const AttentionMask& mask, const AttentionPlan& plan) {
  inCellsOf(b.q.scalar_type(), [&](auto cells) { attendBackwardAs<decltype(cells)>(b, mask, plan); });
}

}  // namespace ldm
