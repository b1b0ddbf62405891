// Layer normalization over the last axis, and its gradient: one pass over memory each, a row stays in the first cache
// between its statistics and its result.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

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
};

Rows rowsOf(const Tensor& x, const Tensor& gamma) {
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

float sumOf(const float* x, int64_t size) {
  float sum = 0.0f;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) sum += x[i];
  return sum;
}

struct Statistics {
  float mean;
  float rstd;
};

// Of the deviations from a first mean: where it is far from zero, its rounding is as large as they are.
Statistics statistics(const float* x, int64_t size, double epsilon) {
  const float guess = sumOf(x, size) / static_cast<float>(size);
  float sum = 0.0f;
  float squares = 0.0f;
#pragma omp simd reduction(+ : sum, squares)
  for (int64_t i = 0; i < size; ++i) {
    const float deviation = x[i] - guess;
    sum += deviation;
    squares += deviation * deviation;
  }
  const double apart = static_cast<double>(sum) / static_cast<double>(size);
  const double variance = std::max(0.0, squares / static_cast<double>(size) - apart * apart);
  return {static_cast<float>(guess + apart), static_cast<float>(1.0 / std::sqrt(variance + epsilon))};
}

void normalizeRow(const float* __restrict__ x, const float* __restrict__ gamma, const float* __restrict__ beta,
                  float* __restrict__ y, const Statistics& own, int64_t width) {
  const float mean = own.mean;
  const float rstd = own.rstd;
  for (int64_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
}

std::vector<Tensor> layerNorm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double epsilon) {
  checkFloat({&x, &gamma, &beta});
  const Rows rows = rowsOf(x, gamma);
  TORCH_CHECK(beta.sizes() == gamma.sizes(), "gamma and beta must have one shape");
  const Shape leading(x.sizes().begin(), x.sizes().end() - 1);
  Tensor y = at::empty(x.sizes(), x.options());
  Tensor mean = at::empty(leading, x.options());
  Tensor rstd = at::empty(leading, x.options());
  const float* in = x.data_ptr<float>();
  const float* g = gamma.data_ptr<float>();
  const float* b = beta.data_ptr<float>();
  float* out = y.data_ptr<float>();
  float* means = mean.data_ptr<float>();
  float* rstds = rstd.data_ptr<float>();
  at::parallel_for(0, rows.count, rows.grain(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const float* values = in + row * rows.width;
      const Statistics own = statistics(values, rows.width, epsilon);
      normalizeRow(values, g, b, out + row * rows.width, own, rows.width);
      means[row] = own.mean;
      rstds[row] = own.rstd;
    }
  });
  return {y, mean, rstd};
}

// The means over a row of dy * gamma and of that times the normalized x.
struct RowMeans {
  float plain;
  float weighted;
};

// Also adds the row's share of the gradients of gamma and beta.
RowMeans addRow(const float* __restrict__ dy, const float* __restrict__ x, const float* __restrict__ gamma, float mean,
                float rstd, float* __restrict__ dgamma, float* __restrict__ dbeta, int64_t width) {
  float plain = 0.0f;
  float weighted = 0.0f;
#pragma omp simd reduction(+ : plain, weighted)
  for (int64_t i = 0; i < width; ++i) {
    const float normalized = (x[i] - mean) * rstd;
    const float gradient = dy[i] * gamma[i];
    plain += gradient;
    weighted += gradient * normalized;
    dgamma[i] += dy[i] * normalized;
    dbeta[i] += dy[i];
  }
  return {plain / static_cast<float>(width), weighted / static_cast<float>(width)};
}

void gradientRow(const float* __restrict__ dy, const float* __restrict__ x, const float* __restrict__ gamma, float mean,
                 float rstd, const RowMeans& means, float* __restrict__ dx, int64_t width) {
  for (int64_t i = 0; i < width; ++i) {
    dx[i] = rstd * (dy[i] * gamma[i] - means.plain - (x[i] - mean) * rstd * means.weighted);
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

std::vector<Tensor> layerNormGrad(const Tensor& dy, const Tensor& x, const Tensor& gamma, const Tensor& mean,
                                  const Tensor& rstd) {
  checkFloat({&dy, &x, &gamma, &mean, &rstd});
  const Rows rows = rowsOf(x, gamma);
  TORCH_CHECK(dy.sizes() == x.sizes(), "the gradient must have the shape of the input");
  TORCH_CHECK(mean.numel() == rows.count && rstd.numel() == rows.count, "mean and rstd need one value for each of ",
              rows.count, " rows");
  Tensor dx = at::empty(x.sizes(), x.options());
  const float* gradient = dy.data_ptr<float>();
  const float* in = x.data_ptr<float>();
  const float* g = gamma.data_ptr<float>();
  const float* means = mean.data_ptr<float>();
  const float* rstds = rstd.data_ptr<float>();
  float* out = dx.data_ptr<float>();
  const int64_t blocks = (rows.count + kBlock - 1) / kBlock;
  const size_t parameters = static_cast<size_t>(blocks * rows.width);
  std::vector<float> dgammas(parameters, 0.0f);
  std::vector<float> dbetas(parameters, 0.0f);
  at::parallel_for(0, blocks, 1, [&](int64_t first, int64_t last) {
    for (int64_t block = first; block < last; ++block) {
      float* dgamma = dgammas.data() + block * rows.width;
      float* dbeta = dbetas.data() + block * rows.width;
      for (int64_t row = block * kBlock; row < std::min(rows.count, (block + 1) * kBlock); ++row) {
        const int64_t at = row * rows.width;
        const RowMeans sums =
            addRow(gradient + at, in + at, g, means[row], rstds[row], dgamma, dbeta, rows.width);
        gradientRow(gradient + at, in + at, g, means[row], rstds[row], sums, out + at, rows.width);
      }
    }
  });
  return {dx, sumBlocks(dgammas, blocks, gamma), sumBlocks(dbetas, blocks, gamma)};
}

}  // namespace

Exports layerNormExports() { return {bind("layerNorm", layerNorm), bind("layerNormGrad", layerNormGrad)}; }

}  // namespace ldm
