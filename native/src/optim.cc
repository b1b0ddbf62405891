// Updates in place: of all parameters at once, in one pass over memory whose values the threads share, and of a
// gradient that more than one operation contributes to; and the norm of all gradients.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <unordered_set>

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
void forEachChunk(const std::vector<Chunk>& work, Update update) {
  at::parallel_for(0, static_cast<int64_t>(work.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) update(static_cast<size_t>(i), work[static_cast<size_t>(i)]);
  });
}

size_t listLength(const Tensors& tensors, int64_t count, size_t lists) {
  TORCH_CHECK(count >= 0, "count must not be negative");
  checkLists(tensors, static_cast<size_t>(count), lists);
  return static_cast<size_t>(count);
}

struct Adam {
  float shrink;
  float coupledDecay;
  float beta1;
  float oneMinusBeta1;
  float beta2;
  float oneMinusBeta2;
  float stepSize;
  float rootCorrection2;
  float epsilon;
};

void adamStep(float* __restrict__ p, const float* __restrict__ g, float* __restrict__ m, float* __restrict__ v,
              int64_t size, const Adam& a) {
  for (int64_t i = 0; i < size; ++i) {
    const float gradient = g[i] + a.coupledDecay * p[i];
    const float moment1 = m[i] * a.beta1 + gradient * a.oneMinusBeta1;
    const float moment2 = v[i] * a.beta2 + gradient * gradient * a.oneMinusBeta2;
    const float denominator = std::sqrt(moment2) / a.rootCorrection2 + a.epsilon;
    p[i] = p[i] * a.shrink - a.stepSize * (moment1 / denominator);
    m[i] = moment1;
    v[i] = moment2;
  }
}

// torch.optim.AdamW where the weight decay is decoupled, else torch.optim.Adam: `tensors` are the parameters, then the
// gradients, the first and the second moments.
void adam(const Tensors& tensors, int64_t count, double learningRate, double beta1, double beta2, double epsilon,
          double weightDecay, bool decoupled, int64_t step) {
  const size_t n = listLength(tensors, count, 4);
  TORCH_CHECK(step >= 1, "steps are counted from 1, found ", step);
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(step));
  const double correction2 = 1 - std::pow(beta2, static_cast<double>(step));
  const Adam a = {static_cast<float>(decoupled ? 1 - learningRate * weightDecay : 1.0),
                  static_cast<float>(decoupled ? 0.0 : weightDecay),
                  static_cast<float>(beta1),
                  static_cast<float>(1 - beta1),
                  static_cast<float>(beta2),
                  static_cast<float>(1 - beta2),
                  static_cast<float>(learningRate / correction1),
                  static_cast<float>(std::sqrt(correction2)),
                  static_cast<float>(epsilon)};
  forEachChunk(chunks(tensors, n), [&](size_t, const Chunk& c) {
    adamStep(tensors[c.tensor].data_ptr<float>() + c.begin, tensors[n + c.tensor].data_ptr<float>() + c.begin,
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
  forEachChunk(chunks(tensors, n), [&](size_t, const Chunk& c) {
    emaStep(tensors[c.tensor].data_ptr<float>() + c.begin, tensors[n + c.tensor].data_ptr<float>() + c.begin,
            c.end - c.begin, rate);
  });
}

double sumOfSquares(const float* x, int64_t size) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += static_cast<double>(x[i]) * x[i];
  return sum;
}

// The Euclidean norm of all values of all tensors.
Tensor globalNorm(const Tensors& tensors) {
  checkLists(tensors, tensors.size(), 1);
  const std::vector<Chunk> work = chunks(tensors, tensors.size());
  std::vector<double> sums(work.size());
  forEachChunk(work, [&](size_t i, const Chunk& c) {
    sums[i] = sumOfSquares(tensors[c.tensor].data_ptr<float>() + c.begin, c.end - c.begin);
  });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return at::full({}, std::sqrt(total), at::kFloat);
}

void scaleValues(float* x, int64_t size, float factor) {
  for (int64_t i = 0; i < size; ++i) x[i] *= factor;
}

// torch.nn.utils.clip_grad_norm_, given the norm.
void clipGradients(const Tensors& tensors, const Tensor& norm, double maxNorm) {
  TORCH_CHECK(norm.numel() == 1 && norm.scalar_type() == at::kFloat, "the norm must be one float32 number");
  checkLists(tensors, tensors.size(), 1);
  const float factor = static_cast<float>(maxNorm) / (norm.data_ptr<float>()[0] + 1e-6f);
  // A norm that is no number makes all gradients so, rather than pass unseen.
  if (factor >= 1.0f) return;
  // Two gradients may share their values, which are to be scaled once.
  Tensors distinct;
  std::unordered_set<const void*> seen;
  for (const Tensor& tensor : tensors) {
    if (seen.insert(tensor.data_ptr()).second) distinct.push_back(tensor);
  }
  forEachChunk(chunks(distinct, distinct.size()), [&](size_t, const Chunk& c) {
    scaleValues(distinct[c.tensor].data_ptr<float>() + c.begin, c.end - c.begin, factor);
  });
}

// sum += addend, in whichever precision the sum is stored.
void accumulate(MixedTensor sum, const MixedTensor& addend) {
  TORCH_CHECK(sum.is_floating_point() && addend.is_floating_point(), "both tensors must be float32");
  TORCH_CHECK(sum.sizes() == addend.sizes(), "both tensors must have one shape");
  sum.add_(addend);
}

}  // namespace

Exports optimExports() {
  return {cpuOnly(bind("adam", adam)), cpuOnly(bind("ema", ema)), bind("accumulate", accumulate),
          cpuOnly(bind("globalNorm", globalNorm)), cpuOnly(bind("clipGradients", clipGradients))};
}

}  // namespace ldm
