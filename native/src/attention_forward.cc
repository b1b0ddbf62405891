// Attention tile by tile (Dao et al. 2022, algorithm 1; Rabe and Staats 2021): the weights of a tile of queries are
// made and used up tile by tile of keys, with a running maximum and sum for the softmax.

#include <algorithm>
#include <cmath>

#include "attention_tiles.h"
#include "tasks.h"

namespace ldm {
namespace {

float maximum(const float* values, int64_t count) {
  float peak = kMasked;
  Lanes peaks = Lanes{} + kMasked;
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Lanes next = load(values + i);
    peaks = peaks < next ? next : peaks;
  }
  for (; i < count; ++i) peak = std::max(peak, values[i]);
  for (int64_t l = 0; l < kLanes; ++l) peak = std::max(peak, peaks[l]);
  return peak;
}

// Replaces scores by e^(score - shift) and returns their sum.
float exponentiate(float* scores, int64_t count, float shift) {
  float sum = 0.0f;
  Lanes sums{};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Lanes e = exponential(load(scores + i) - shift);
    save(e, scores + i);
    sums += e;
  }
  for (; i < count; ++i) {
    scores[i] = exponential(scores[i] - shift);
    sum += scores[i];
  }
  for (int64_t l = 0; l < kLanes; ++l) sum += sums[l];
  return sum;
}

// A head's keys and values as cells, where every query tile of the head reads them.
struct PackedHead {
  const float* keys;    // blocks [cells of a row, kKeyRow]
  const float* values;  // for each block [cells of kKeys, width], kKeys * width apart
};

template <class Cells>
PackedHead packHead(const AttentionForward& f, int64_t pair, const AttentionPlan& plan, float* keys, float* values) {
  // The keys' rows are packed where the values go, which then take their place.
  HeadRows(f.k, pair).pack(0, plan.keys, plan, values);
  packAlongRows<Cells>(values, plan.keys, plan.width, plan.width);
  transposeTiles<Cells>(values, plan.keys, plan, keys);
  HeadRows(f.v, pair).pack(0, plan.keys, plan, values);
  for (int64_t first = 0; first < plan.keys; first += kKeys) {
    float* block = values + first * plan.width;
    packDownRows<Cells>(block, std::min(kKeys, plan.keys - first), plan.width, plan.width, block);
  }
  return {keys, values};
}

struct ForwardTile {
  const AttentionPlan& plan;
  const AttentionMask& mask;
  int64_t pair;
  int64_t firstQuery;
  int64_t count;
};

// One tile of queries against all keys of its head.
template <class Cells>
void attendTile(const ForwardTile& t, const HeadRows& q, const PackedHead& head, const HeadRows& y, float* lse,
                float* scratch) {
  const AttentionPlan& plan = t.plan;
  float* queries = scratch;
  float* scores = queries + kQueries * plan.width;
  float* sums = scores + kQueries * kKeyRow;
  float maxima[kQueries];
  float totals[kQueries];
  std::fill(maxima, maxima + kQueries, kMasked);
  std::fill(totals, totals + kQueries, 0.0f);
  q.pack(t.firstQuery, t.count, plan, queries);
  packAlongRows<Cells>(queries, t.count, plan.width, plan.width);
  std::fill(sums, sums + kQueries * plan.width, 0.0f);
  for (int64_t tile = 0; tile < plan.keyTiles(); ++tile) {
    const int64_t firstKey = tile * kKeys;
    const int64_t keys = std::min(kKeys, plan.keys - firstKey);
    const int64_t columns = roundUp(keys, kLanes);
    multiply<false, Cells>(queries, head.keys + tile * plan.width * kKeyRow, scores,
                           {t.count, columns, cellsOf<Cells>(plan.width), plan.width, 1, kKeyRow, kKeyRow});
    for (int64_t i = 0; i < t.count; ++i) {
      float* row = scores + i * kKeyRow;
      t.mask.toScores(row, t.pair, t.firstQuery + i, firstKey, keys);
      const float peak = std::max(maxima[i], maximum(row, keys));
      if (peak > maxima[i] && tile > 0) {
        const float shrink = exponential(maxima[i] - peak);
        totals[i] *= shrink;
        for (int64_t c = 0; c < plan.width; ++c) sums[i * plan.width + c] *= shrink;
      }
      maxima[i] = peak;
      totals[i] += exponentiate(row, keys, peak);
    }
    packAlongRows<Cells>(scores, t.count, columns, kKeyRow);
    multiply<true, Cells>(scores, head.values + firstKey * plan.width, sums,
                          {t.count, plan.width, cellsOf<Cells>(keys), kKeyRow, 1, plan.width, plan.width});
  }
  for (int64_t i = 0; i < t.count; ++i) {
    y.unpack(sums + i * plan.width, t.firstQuery + i, 1, plan, 1.0f / totals[i]);
    lse[t.firstQuery + i] = maxima[i] + std::log(totals[i]);
  }
}

template <class Cells>
void attendAs(const AttentionForward& f, const AttentionMask& mask, const AttentionPlan& plan) {
  const int64_t keySize = plan.keyTiles() * kKeyRow * plan.width;
  const int64_t valueSize = plan.keys * plan.width;
  const int64_t tileSize = kQueries * (2 * plan.width + kKeyRow);
  const auto runTile = [&](int64_t pair, int64_t tile, const PackedHead& head, float* scratch) {
    const int64_t first = tile * kQueries;
    const ForwardTile t{plan, mask, pair, first, std::min(kQueries, plan.queries - first)};
    float* lse = f.lse.data_ptr<float>() + pair * plan.queries;
    attendTile<Cells>(t, HeadRows(f.q, pair), head, HeadRows(f.y, pair), lse, scratch);
  };
  if (plan.pairs() >= at::get_num_threads()) {
    forEachTask(plan.pairs(), keySize + valueSize + tileSize, [&](int64_t pair, float* scratch) {
      float* values = scratch + keySize;
      const PackedHead head = packHead<Cells>(f, pair, plan, scratch, values);
      for (int64_t tile = 0; tile < plan.queryTiles(); ++tile) runTile(pair, tile, head, values + valueSize);
    });
    return;
  }
  const Scratch room(1, keySize + valueSize);
  for (int64_t pair = 0; pair < plan.pairs(); ++pair) {
    const PackedHead head = packHead<Cells>(f, pair, plan, room.part(0), room.part(0) + keySize);
    forEachTask(plan.queryTiles(), tileSize,
                [&](int64_t tile, float* scratch) { runTile(pair, tile, head, scratch); });
  }
}

}  // namespace

void attend(const AttentionForward& f, const AttentionMask& mask, const AttentionPlan& plan) {
  inCellsOf(f.q.scalar_type(), [&](auto cells) { attendAs<decltype(cells)>(f, mask, plan); });
}

}  // namespace ldm
