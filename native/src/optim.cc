// Updates over all parameters at once, in place: one pass over memory, the threads share all parameters' values.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;

constexpr int64_t kChunk = 16384;

struct Chunk {
  size_t tensor;
  int64_t begin;
  int64_t end;
};

// The lists divided into `lists` equal parts, checked to agree in shape.
void checkLists(const Tensors& tensors, size_t count, size_t lists) {
  TORCH_CHECK(tensors.size() == count * lists, "expected ", lists, " lists of ", count, " tensors, found ",
              tensors.size(), " tensors");
  for (size_t i = 0; i < tensors.size(); ++i) {
    TORCH_CHECK(tensors[i].scalar_type() == at::kFloat, "tensor ", i, " must be float32");
    TORCH_CHECK(tensors[i].sizes() == tensors[i % count].sizes(), "tensor ", i, " has the shape ", tensors[i].sizes(),
                " where tensor ", i % count, " has ", tensors[i % count].sizes());
  }
}

std::vector<Chunk> chunks(const Tensors& tensors, size_t count) {
  std::vector<Chunk> result;
  for (size_t t = 0; t < count; ++t) {
    for (int64_t begin = 0; begin < tensors[t].numel(); begin += kChunk) {
      result.push_back({t, begin, std::min(begin + kChunk, tensors[t].numel())});
    }
  }
  return result;
}

template <class Update>
void forEachChunk(const Tensors& tensors, size_t count, Update update) {
  const std::vector<Chunk> work = chunks(tensors, count);
  at::parallel_for(0, static_cast<int64_t>(work.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) update(work[static_cast<size_t>(i)]);
  });
}

size_t listLength(const Tensors& tensors, int64_t count, size_t lists) {
  TORCH_CHECK(count >= 0, "count must not be negative");
  checkLists(tensors, static_cast<size_t>(count), lists);
  return static_cast<size_t>(count);
}

struct AdamW {
  float shrink;
  float beta1;
  float oneMinusBeta1;
  float beta2;
  float oneMinusBeta2;
  float stepSize;
  float rootCorrection2;
  float epsilon;
};

void adamwStep(float* __restrict__ p, const float* __restrict__ g, float* __restrict__ m, float* __restrict__ v,
               int64_t size, const AdamW& a) {
  for (int64_t i = 0; i < size; ++i) {
    const float moment1 = m[i] * a.beta1 + g[i] * a.oneMinusBeta1;
    const float moment2 = v[i] * a.beta2 + g[i] * g[i] * a.oneMinusBeta2;
    const float denominator = std::sqrt(moment2) / a.rootCorrection2 + a.epsilon;
    p[i] = p[i] * a.shrink - a.stepSize * (moment1 / denominator);
    m[i] = moment1;
    v[i] = moment2;
  }
}

// torch.optim.AdamW: `tensors` are the parameters, then the gradients, the first and the second moments.
void adamw(const Tensors& tensors, int64_t count, double learningRate, double beta1, double beta2, double epsilon,
           double weightDecay, int64_t step) {
  const size_t n = listLength(tensors, count, 4);
  TORCH_CHECK(step >= 1, "steps are counted from 1, found ", step);
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(step));
  const double correction2 = 1 - std::pow(beta2, static_cast<double>(step));
  const AdamW a = {static_cast<float>(1 - learningRate * weightDecay),
                   static_cast<float>(beta1),
                   static_cast<float>(1 - beta1),
                   static_cast<float>(beta2),
                   static_cast<float>(1 - beta2),
                   static_cast<float>(learningRate / correction1),
                   static_cast<float>(std::sqrt(correction2)),
                   static_cast<float>(epsilon)};
  forEachChunk(tensors, n, [&](const Chunk& c) {
    adamwStep(tensors[c.tensor].data_ptr<float>() + c.begin, tensors[n + c.tensor].data_ptr<float>() + c.begin,
              tensors[2 * n + c.tensor].data_ptr<float>() + c.begin,
              tensors[3 * n + c.tensor].data_ptr<float>() + c.begin, c.end - c.begin, a);
  });
}

void emaStep(float* __restrict__ shadow, const float* __restrict__ parameter, int64_t size, float rate) {
  for (int64_t i = 0; i < size; ++i) shadow[i] -= rate * (shadow[i] - parameter[i]);
}

// `tensors` are the shadows, then the parameters.
void ema(const Tensors& tensors, int64_t count, double decay) {
  const size_t n = listLength(tensors, count, 2);
  const float rate = static_cast<float>(1 - decay);
  forEachChunk(tensors, n, [&](const Chunk& c) {
    emaStep(tensors[c.tensor].data_ptr<float>() + c.begin, tensors[n + c.tensor].data_ptr<float>() + c.begin,
            c.end - c.begin, rate);
  });
}

}  // namespace

Exports optimExports() { return {cpuOnly(bind("adamw", adamw)), cpuOnly(bind("ema", ema))}; }

}  // namespace ldm
