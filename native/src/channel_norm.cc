// Normalization by given statistics, and across neighbouring channels.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// (x - mean) / sqrt(variance + epsilon) * scale + offset; the statistics broadcast to x.
Tensor batchNorm(const Tensor& x, const Tensor& mean, const Tensor& variance, const std::optional<Tensor>& offset,
                 const std::optional<Tensor>& scale, double epsilon) {
  Tensor factor = at::rsqrt(variance + epsilon);
  if (scale) factor = factor * *scale;
  Tensor y = at::sub(x, mean).mul_(factor);
  return offset ? y.add_(*offset) : y;
}

struct Neighbours {
  int64_t begin;
  int64_t end;
};

Neighbours neighbours(int64_t channel, int64_t channels, int64_t radius) {
  return {std::max<int64_t>(channel - radius, 0), std::min(channel + radius + 1, channels)};
}

void checkRows(const Tensor& x, int64_t radius) {
  TORCH_CHECK(x.dim() > 0 && x.scalar_type() == at::kFloat, "values must be float32 and have a channel axis");
  TORCH_CHECK(radius >= 0, "the radius must not be negative");
}

// bias + alpha * the sum of squares of the channels around each channel.
void denominators(const float* x, int64_t channels, int64_t radius, double bias, double alpha, float* out) {
  for (int64_t c = 0; c < channels; ++c) {
    const auto [begin, end] = neighbours(c, channels, radius);
    double sum = 0;
    for (int64_t k = begin; k < end; ++k) sum += static_cast<double>(x[k]) * static_cast<double>(x[k]);
    out[c] = static_cast<float>(bias + alpha * sum);
  }
}

template <class Row>
void eachRow(const Tensor& x, Row row) {
  const int64_t channels = x.size(-1);
  if (x.numel() == 0) return;
  at::parallel_for(0, x.numel() / channels, 1 + 4096 / channels, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(static_cast<size_t>(channels));
    for (int64_t i = begin; i < end; ++i) row(i * channels, scratch.data());
  });
}

// Local response normalization over the last axis: x / denominator^beta.
Tensor lrn(const Tensor& x, int64_t radius, double bias, double alpha, double beta) {
  checkRows(x, radius);
  const int64_t channels = x.size(-1);
  Tensor y = at::empty_like(x);
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  eachRow(x, [&](int64_t at, float* denominator) {
    denominators(from + at, channels, radius, bias, alpha, denominator);
    for (int64_t c = 0; c < channels; ++c) {
      to[at + c] = from[at + c] * std::pow(denominator[c], static_cast<float>(-beta));
    }
  });
  return y;
}

Tensor lrnGrad(const Tensor& dy, const Tensor& x, const Tensor& y, int64_t radius, double bias, double alpha,
               double beta) {
  checkRows(x, radius);
  TORCH_CHECK(dy.sizes() == x.sizes() && y.sizes() == x.sizes() && dy.scalar_type() == at::kFloat &&
                  y.scalar_type() == at::kFloat,
              "values, results and their gradient must be float32 and of one shape");
  const int64_t channels = x.size(-1);
  Tensor dx = at::zeros_like(x);
  const float* xs = x.data_ptr<float>();
  const float* ys = y.data_ptr<float>();
  const float* dys = dy.data_ptr<float>();
  float* to = dx.data_ptr<float>();
  const auto factor = static_cast<float>(-2 * alpha * beta);
  eachRow(x, [&](int64_t at, float* denominator) {
    denominators(xs + at, channels, radius, bias, alpha, denominator);
    for (int64_t c = 0; c < channels; ++c) {
      const auto [begin, end] = neighbours(c, channels, radius);
      const float common = factor * ys[at + c] / denominator[c] * dys[at + c];
      for (int64_t k = begin; k < end; ++k) to[at + k] += common * xs[at + k];
      to[at + c] += std::pow(denominator[c], static_cast<float>(-beta)) * dys[at + c];
    }
  });
  return dx;
}

}  // namespace

Exports channelNormExports() { return {bind("batchNorm", batchNorm), bind("lrn", lrn), bind("lrnGrad", lrnGrad)}; }

}  // namespace ldm
