// Losses and their gradients, one pass over memory each and no tensor in between. Sums run in double over chunks that
// are the same whatever the number of threads, and so is the result.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "ops.h"
#include "silu.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kChunk = 16384;

struct SquaredError {
  static double value(float difference) { return static_cast<double>(difference) * difference; }
  static float slope(float difference) { return 2.0f * difference; }
};

struct AbsoluteError {
  static double value(float difference) { return std::fabs(difference); }
  static float slope(float difference) {
    return static_cast<float>(difference > 0.0f) - static_cast<float>(difference < 0.0f);
  }
};

template <class Error>
double sumOfErrors(const float* prediction, const float* target, int64_t size) {
  double sum = 0.0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += Error::value(prediction[i] - target[i]);
  return sum;
}

template <class Error>
void scaleSlopes(const float* __restrict__ prediction, const float* __restrict__ target, float scale,
                 float* __restrict__ gradient, int64_t size) {
  for (int64_t i = 0; i < size; ++i) gradient[i] = scale * Error::slope(prediction[i] - target[i]);
}

// Samples of equal length, each divided into chunks.
struct Samples {
  int64_t count;
  int64_t length;
  int64_t chunks() const { return (length + kChunk - 1) / kChunk; }
};

Samples samplesOf(const Tensor& prediction, const Tensor& target, bool perSample) {
  TORCH_CHECK(prediction.scalar_type() == at::kFloat && target.scalar_type() == at::kFloat,
              "all tensors must be float32");
  TORCH_CHECK(prediction.sizes() == target.sizes(), "prediction and target must have one shape");
  TORCH_CHECK(prediction.numel() > 0, "the prediction is empty");
  TORCH_CHECK(!perSample || prediction.dim() >= 1, "the prediction has no axis of samples");
  const int64_t count = perSample ? prediction.size(0) : 1;
  return {count, prediction.numel() / count};
}

// Calls `chunk(index, sample, begin, end)` with the range of values of each chunk, in parallel.
template <class Chunk>
void forEachChunk(const Samples& samples, Chunk chunk) {
  at::parallel_for(0, samples.count * samples.chunks(), 1 + kChunk / samples.length, [&](int64_t first, int64_t last) {
    for (int64_t k = first; k < last; ++k) {
      const int64_t sample = k / samples.chunks();
      const int64_t begin = (k % samples.chunks()) * kChunk;
      const int64_t start = sample * samples.length;
      chunk(k, sample, start + begin, start + std::min(samples.length, begin + kChunk));
    }
  });
}

// The mean error of each sample, or of all values.
template <class Error>
Tensor meanError(const Tensor& prediction, const Tensor& target, bool perSample) {
  const Samples samples = samplesOf(prediction, target, perSample);
  const float* p = prediction.data_ptr<float>();
  const float* t = target.data_ptr<float>();
  std::vector<double> sums(static_cast<size_t>(samples.count * samples.chunks()));
  forEachChunk(samples, [&](int64_t k, int64_t, int64_t begin, int64_t end) {
    sums[static_cast<size_t>(k)] = sumOfErrors<Error>(p + begin, t + begin, end - begin);
  });
  Tensor loss = at::empty(perSample ? Shape{samples.count} : Shape{}, prediction.options());
  float* out = loss.data_ptr<float>();
  for (int64_t sample = 0; sample < samples.count; ++sample) {
    double sum = 0.0;
    for (int64_t k = sample * samples.chunks(); k < (sample + 1) * samples.chunks(); ++k) {
      sum += sums[static_cast<size_t>(k)];
    }
    out[sample] = static_cast<float>(sum / static_cast<double>(samples.length));
  }
  return loss;
}

// With respect to the prediction; that of the target is its negative.
template <class Error>
Tensor meanErrorGrad(const Tensor& dy, const Tensor& prediction, const Tensor& target, bool perSample) {
  const Samples samples = samplesOf(prediction, target, perSample);
  TORCH_CHECK(dy.scalar_type() == at::kFloat && dy.numel() == samples.count, "the gradient must be float32 with ",
              samples.count, " values");
  Tensor gradient = at::empty(prediction.sizes(), prediction.options());
  const float* p = prediction.data_ptr<float>();
  const float* t = target.data_ptr<float>();
  const float* weights = dy.data_ptr<float>();
  float* out = gradient.data_ptr<float>();
  forEachChunk(samples, [&](int64_t, int64_t sample, int64_t begin, int64_t end) {
    const float scale = weights[sample] / static_cast<float>(samples.length);
    scaleSlopes<Error>(p + begin, t + begin, scale, out + begin, end - begin);
  });
  return gradient;
}

struct Classes {
  int64_t rows;
  int64_t count;
  int64_t grain() const { return 1 + kChunk / count; }
};

Classes classesOf(const Tensor& logits, const Tensor& labels) {
  TORCH_CHECK(logits.scalar_type() == at::kFloat && labels.scalar_type() == at::kInt,
              "logits must be float32 and labels int32");
  TORCH_CHECK(logits.dim() >= 1 && labels.sizes() == logits.sizes().slice(0, static_cast<size_t>(logits.dim()) - 1),
              "labels must have the shape of the logits without the last axis");
  TORCH_CHECK(logits.numel() > 0, "there are no logits");
  const Classes classes{labels.numel(), logits.size(-1)};
  const int32_t* label = labels.data_ptr<int32_t>();
  for (int64_t row = 0; row < classes.rows; ++row) {
    TORCH_CHECK(label[row] >= 0 && label[row] < classes.count, "label ", label[row], " is not one of ", classes.count,
                " classes");
  }
  return classes;
}

float logSumExp(const float* x, int64_t size) {
  float largest = x[0];
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < size; ++i) largest = x[i] > largest ? x[i] : largest;
  float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += expBounded(x[i] - largest);
  return largest + std::log(sum);
}

void softmaxRow(const float* __restrict__ x, float logSum, float scale, float* __restrict__ y, int64_t size) {
  for (int64_t i = 0; i < size; ++i) y[i] = scale * expBounded(x[i] - logSum);
}

// The loss of each row and its log-sum-exp, which the gradient starts from.
std::vector<Tensor> softmaxCrossEntropy(const Tensor& logits, const Tensor& labels) {
  const Classes classes = classesOf(logits, labels);
  Tensor loss = at::empty(labels.sizes(), logits.options());
  Tensor logSums = at::empty(labels.sizes(), logits.options());
  const float* in = logits.data_ptr<float>();
  const int32_t* label = labels.data_ptr<int32_t>();
  float* losses = loss.data_ptr<float>();
  float* sums = logSums.data_ptr<float>();
  at::parallel_for(0, classes.rows, classes.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* x = in + row * classes.count;
      sums[row] = logSumExp(x, classes.count);
      losses[row] = sums[row] - x[label[row]];
    }
  });
  return {loss, logSums};
}

Tensor softmaxCrossEntropyGrad(const Tensor& dy, const Tensor& logits, const Tensor& labels, const Tensor& logSums) {
  const Classes classes = classesOf(logits, labels);
  for (const Tensor* tensor : {&dy, &logSums}) {
    TORCH_CHECK(tensor->scalar_type() == at::kFloat && tensor->sizes() == labels.sizes(),
                "gradient and log-sum-exp must be float32 in the shape of the labels");
  }
  Tensor gradient = at::empty(logits.sizes(), logits.options());
  const float* in = logits.data_ptr<float>();
  const int32_t* label = labels.data_ptr<int32_t>();
  const float* weights = dy.data_ptr<float>();
  const float* sums = logSums.data_ptr<float>();
  float* out = gradient.data_ptr<float>();
  at::parallel_for(0, classes.rows, classes.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* y = out + row * classes.count;
      softmaxRow(in + row * classes.count, sums[row], weights[row], y, classes.count);
      y[label[row]] -= weights[row];
    }
  });
  return gradient;
}

}  // namespace

Exports lossExports() {
  return {bind("mseLoss", meanError<SquaredError>),
          bind("mseLossGrad", meanErrorGrad<SquaredError>),
          bind("l1Loss", meanError<AbsoluteError>),
          bind("l1LossGrad", meanErrorGrad<AbsoluteError>),
          bind("softmaxCrossEntropy", softmaxCrossEntropy),
          bind("softmaxCrossEntropyGrad", softmaxCrossEntropyGrad)};
}

}  // namespace ldm
