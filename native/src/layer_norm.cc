// Layer normalization over the last axis, and its gradient: one pass over memory each, a row stays in the first cache
// between its statistics and its result.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "bfloat16.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Rows whose gradients of gamma and beta are summed in float32; the sums of these blocks are added in double. The
// blocks are the same whatever the number of threads, and so is the result.
constexpr int64_t kBlock = 64;

struct Rows {
  int64_t count;
  int64_t width;
  // Rows a thread takes at least.
  int64_t grain() const { return 1 + 16384 / width; }
  int64_t blocks() const { return (count + kBlock - 1) / kBlock; }
};

Rows rowsOf(const Tensor& x, const Tensor& gamma) {
  TORCH_CHECK(x.is_floating_point(), "all tensors must be float32");
  TORCH_CHECK(x.dim() >= 1 && x.numel() > 0, "the input is empty");
  const int64_t width = x.size(-1);
  TORCH_CHECK(gamma.dim() == 1 && gamma.size(0) == width, "gamma and beta need one value for each of ", width,
              " channels");
  return {x.numel() / width, width};
}

void checkFloat(std::initializer_list<const Tensor*> tensors) {
  for (const Tensor* tensor : tensors) {
    TORCH_CHECK(tensor->scalar_type() == at::kFloat, "all tensors must be float32");
  }
}

template <class Element>
float sumOf(const Element* x, int64_t size) {
  float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += widen(x[i]);
  return sum;
}

struct Statistics {
  float mean;
  float rstd;
};

// Of the deviations from a first mean: where it is far from zero, its rounding is as large as they are.
template <class Element>
Statistics statistics(const Element* x, int64_t size, double epsilon) {
  const float guess = sumOf(x, size) / static_cast<float>(size);
  float sum = 0.0f;
  float squares = 0.0f;
#pragma omp simd reduction(+ : sum, squares)
  for (int64_t i = 0; i < size; ++i) {
    const float deviation = widen(x[i]) - guess;
    sum += deviation;
    squares += deviation * deviation;
  }
  const double apart = static_cast<double>(sum) / static_cast<double>(size);
  const double variance = std::max(0.0, squares / static_cast<double>(size) - apart * apart);
  return {static_cast<float>(guess + apart), static_cast<float>(1.0 / std::sqrt(variance + epsilon))};
}

template <class Element>
void normalizeRow(const Element* __restrict__ x, const float* __restrict__ gamma, const float* __restrict__ beta,
                  Element* __restrict__ y, const Statistics& own, int64_t width) {
  const float mean = own.mean;
  const float rstd = own.rstd;
  for (int64_t i = 0; i < width; ++i) store((widen(x[i]) - mean) * rstd * gamma[i] + beta[i], y[i]);
}

template <class Element>
void normalize(const Rows& rows, const Tensor& x, const Tensor& gamma, const Tensor& beta, double epsilon, Tensor& y,
               Tensor& mean, Tensor& rstd) {
  const Element* in = x.data_ptr<Element>();
  const float* g = gamma.data_ptr<float>();
  const float* b = beta.data_ptr<float>();
  Element* out = y.data_ptr<Element>();
  float* means = mean.data_ptr<float>();
  float* rstds = rstd.data_ptr<float>();
  at::parallel_for(0, rows.count, rows.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Element* values = in + row * rows.width;
      const Statistics own = statistics(values, rows.width, epsilon);
      normalizeRow(values, g, b, out + row * rows.width, own, rows.width);
      means[row] = own.mean;
      rstds[row] = own.rstd;
    }
  });
}

// y in the dtype of x, and the float32 mean and reciprocal standard deviation of each row.
std::vector<Tensor> layerNorm(const MixedTensor& x, const Tensor& gamma, const Tensor& beta, double epsilon) {
  checkFloat({&gamma, &beta});
  const Rows rows = rowsOf(x, gamma);
  TORCH_CHECK(beta.sizes() == gamma.sizes(), "gamma and beta must have one shape");
  const Shape leading(x.sizes().begin(), x.sizes().end() - 1);
  Tensor y = at::empty(x.sizes(), x.options());
  Tensor mean = at::empty(leading, gamma.options());
  Tensor rstd = at::empty(leading, gamma.options());
  const auto run = x.scalar_type() == at::kFloat ? normalize<float> : normalize<c10::BFloat16>;
  run(rows, x, gamma, beta, epsilon, y, mean, rstd);
  return {y, mean, rstd};
}

// The means over a row of dy * gamma and of that times the normalized x.
struct RowMeans {
  float plain;
  float weighted;
};

// Also adds the row's share of the gradients of gamma and beta.
template <class Element>
RowMeans addRow(const Element* __restrict__ dy, const Element* __restrict__ x, const float* __restrict__ gamma, float mean,
                float rstd, float* __restrict__ dgamma, float* __restrict__ dbeta, int64_t width) {
  float plain = 0.0f;
  float weighted = 0.0f;
#pragma omp simd reduction(+ : plain, weighted)
  for (int64_t i = 0; i < width; ++i) {
    const float normalized = (widen(x[i]) - mean) * rstd;
    const float own = widen(dy[i]);
    const float gradient = own * gamma[i];
    plain += gradient;
    weighted += gradient * normalized;
    dgamma[i] += own * normalized;
    dbeta[i] += own;
  }
  return {plain / static_cast<float>(width), weighted / static_cast<float>(width)};
}

template <class Element>
void gradientRow(const Element* __restrict__ dy, const Element* __restrict__ x, const float* __restrict__ gamma,
                 float mean, float rstd, const RowMeans& means, Element* __restrict__ dx, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    const float normalized = (widen(x[i]) - mean) * rstd;
    store(rstd * (widen(dy[i]) * gamma[i] - means.plain - normalized * means.weighted), dx[i]);
  }
}

// The sums over the blocks of [blocks, width] values.
Tensor sumBlocks(const std::vector<float>& blocks, int64_t count, const Tensor& like) {
  Tensor result = at::empty(like.sizes(), like.options());
  const size_t width = static_cast<size_t>(like.numel());
  std::vector<double> sums(width, 0.0);
  for (size_t block = 0; block < static_cast<size_t>(count); ++block) {
    for (size_t i = 0; i < width; ++i) sums[i] += blocks[block * width + i];
  }
  std::copy(sums.begin(), sums.end(), result.data_ptr<float>());
  return result;
}

// dx, and in blocks of rows the sums of the gradients of gamma and beta.
template <class Element>
void propagate(const Rows& rows, const Tensor& dy, const Tensor& x, const Tensor& gamma, const Tensor& mean,
               const Tensor& rstd, Tensor& dx, std::vector<float>& dgammas, std::vector<float>& dbetas) {
  const Element* gradient = dy.data_ptr<Element>();
  const Element* in = x.data_ptr<Element>();
  const float* g = gamma.data_ptr<float>();
  const float* means = mean.data_ptr<float>();
  const float* rstds = rstd.data_ptr<float>();
  Element* out = dx.data_ptr<Element>();
  at::parallel_for(0, rows.blocks(), 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) {
      float* dgamma = dgammas.data() + block * rows.width;
      float* dbeta = dbetas.data() + block * rows.width;
      for (int64_t row = block * kBlock; row < std::min(rows.count, (block + 1) * kBlock); ++row) {
        const int64_t at = row * rows.width;
        const RowMeans sums = addRow(gradient + at, in + at, g, means[row], rstds[row], dgamma, dbeta, rows.width);
        gradientRow(gradient + at, in + at, g, means[row], rstds[row], sums, out + at, rows.width);
      }
    }
  });
}

// The gradients of x, in its dtype, gamma and beta.
std::vector<Tensor> layerNormGrad(const MixedTensor& dy, const MixedTensor& x, const Tensor& gamma, const Tensor& mean,
                                  const Tensor& rstd) {
  checkFloat({&gamma, &mean, &rstd});
  const Rows rows = rowsOf(x, gamma);
  TORCH_CHECK(dy.sizes() == x.sizes() && dy.is_floating_point(), "the gradient must have the shape of the input");
  TORCH_CHECK(mean.numel() == rows.count && rstd.numel() == rows.count, "mean and rstd need one value for each of ",
              rows.count, " rows");
  Tensor dx = at::empty(x.sizes(), x.options());
  const size_t parameters = static_cast<size_t>(rows.blocks() * rows.width);
  std::vector<float> dgammas(parameters, 0.0f);
  std::vector<float> dbetas(parameters, 0.0f);
  const auto run = x.scalar_type() == at::kFloat ? propagate<float> : propagate<c10::BFloat16>;
  run(rows, dy.to(x.scalar_type()), x, gamma, mean, rstd, dx, dgammas, dbetas);
  return {dx, sumBlocks(dgammas, rows.blocks(), gamma), sumBlocks(dbetas, rows.blocks(), gamma)};
}

}  // namespace

Exports layerNormExports() { return {bind("layerNorm", layerNorm), bind("layerNormGrad", layerNormGrad)}; }

}  // namespace ldm
