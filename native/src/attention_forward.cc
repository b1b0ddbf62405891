// Attention tile by tile (Dao et al. 2022, algorithm 1; Rabe and Staats 2021): the weights of a tile of queries are
// made and used up tile by tile of keys, with a running maximum and sum for the softmax.

#include <algorithm>
#include <cmath>

#include "attention_tiles.h"
#include "tasks.h"

namespace ldm {
namespace {

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

// Packed keys and values of a head, where every query tile of the head reads them.
struct PackedHead {
  const float* keys;         // blocks [width, kKeys]
  const float* values;       // [keys, width]
};

struct ForwardTile {
  const AttentionPlan& plan;
  const AttentionMask& mask;
  int64_t pair;
  int64_t firstQuery;
  int64_t count;
};

// One tile of queries against all keys of its head.
void attendTile(const ForwardTile& t, const HeadRows& q, const PackedHead& head, const HeadRows& y, float* lse,
                float* scratch) {
  const AttentionPlan& plan = t.plan;
  float* queries = scratch;
  float* scores = queries + kQueries * plan.width;
  float* sums = scores + kQueries * kKeys;
  float maxima[kQueries];
  float totals[kQueries];
  std::fill(maxima, maxima + kQueries, kMasked);
  std::fill(totals, totals + kQueries, 0.0f);
  q.pack(t.firstQuery, t.count, plan, plan.scale, queries);
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
    y.unpack(sums + i * plan.width, t.firstQuery + i, 1, plan, 1.0f / totals[i]);
    lse[t.firstQuery + i] = maxima[i] + std::log(totals[i]);
  }
}

}  // namespace

void attend(const AttentionForward& f, const AttentionMask& mask, const AttentionPlan& plan) {
  const int64_t keySize = plan.keyTiles() * kKeys * plan.width;
  const int64_t valueSize = plan.keys * plan.width;
  const int64_t tileSize = kQueries * (2 * plan.width + kKeys);
  const auto packHead = [&](int64_t pair, float* keys, float* values) {
    // The keys' rows are packed where the values go, which then take their place.
    HeadRows(f.k, pair).pack(0, plan.keys, plan, 1.0f, values);
    transposeTiles(values, plan, keys);
    HeadRows(f.v, pair).pack(0, plan.keys, plan, 1.0f, values);
  };
  const auto runTile = [&](int64_t pair, int64_t tile, const PackedHead& head, float* scratch) {
    const int64_t first = tile * kQueries;
    const ForwardTile t{plan, mask, pair, first, std::min(kQueries, plan.queries - first)};
    attendTile(t, HeadRows(f.q, pair), head, HeadRows(f.y, pair), f.lse.data_ptr<float>() + pair * plan.queries, scratch);
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

}  // namespace ldm
