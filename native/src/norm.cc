// Group normalization over NHWC memory, optionally scaled and shifted per image (adaptive normalization) and followed
// by SiLU, and its gradient.
//
// An image is L rows of C channels. Each pass streams chunks of rows and works along the channels, so that the vector
// unit reads memory in order; no other layout is made. Sums run in float32 over at most kBlock rows and then in
// double; the chunks are the same whatever the number of threads, and so is the result.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "norm_rows.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

constexpr int64_t kBlock = 64;

struct Plan {
  int64_t images;
  int64_t rows;
  int64_t channels;
  int64_t groups;
  int64_t chunkRows;
  int64_t chunks;
  int64_t perGroup() const { return channels / groups; }
};

Plan planFor(const Tensor& x, const Tensor& gamma, const Tensor& beta, int64_t groups) {
  TORCH_CHECK(x.dim() >= 2, "the input needs a batch axis and a channel axis");
  const int64_t channels = x.size(-1);
  TORCH_CHECK(groups > 0 && channels > 0 && channels % groups == 0, channels, " channels do not divide into ", groups,
              " groups");
  for (const Tensor* parameter : {&gamma, &beta}) {
    TORCH_CHECK(parameter->dim() == 1 && parameter->size(0) == channels, "gamma and beta need one value for each of ",
                channels, " channels");
  }
  TORCH_CHECK(x.is_floating_point() && gamma.scalar_type() == at::kFloat && beta.scalar_type() == at::kFloat,
              "all tensors must be float32");
  TORCH_CHECK(x.numel() > 0, "the input is empty");
  const int64_t rows = x.numel() / (x.size(0) * channels);
  const int64_t chunkRows = std::max<int64_t>(8, 16384 / channels);
  return {x.size(0), rows, channels, groups, chunkRows, (rows + chunkRows - 1) / chunkRows};
}

// Runs `image(n)` for each image: the images in parallel where they occupy all threads evenly, and else one after
// another, each of them in parallel over its chunks.
template <class Image>
void forEachImage(const Plan& plan, Image image) {
  const int64_t threads = at::get_num_threads();
  if (plan.images % threads == 0 || plan.images >= 4 * threads) {
    at::parallel_for(0, plan.images, 1, [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) image(n);
    });
  } else {
    for (int64_t n = 0; n < plan.images; ++n) image(n);
  }
}

template <class Chunk>
void forEachChunk(const Plan& plan, Chunk chunk) {
  at::parallel_for(0, plan.chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      chunk(k, k * plan.chunkRows, std::min(plan.rows, (k + 1) * plan.chunkRows));
    }
  });
}

// Two running sums for each channel: float32 within a block of rows, double across blocks.
class ChannelSums {
 public:
  explicit ChannelSums(int64_t channels) : channels_(channels), block_(2 * static_cast<size_t>(channels), 0.0f) {}
  float* first() { return block_.data(); }
  float* second() { return block_.data() + channels_; }
  void flush(double* totals) {
    for (size_t i = 0; i < block_.size(); ++i) totals[i] += block_[i];
    std::fill(block_.begin(), block_.end(), 0.0f);
  }

 private:
  int64_t channels_;
  std::vector<float> block_;
};

// Per-channel sums over all chunks of an image: `add(begin, end, sums)` adds the rows of one block.
template <class Add>
std::vector<double> channelTotals(const Plan& plan, Add add) {
  const size_t width = 2 * static_cast<size_t>(plan.channels);
  std::vector<double> partial(static_cast<size_t>(plan.chunks) * width, 0.0);
  forEachChunk(plan, [&](int64_t k, int64_t begin, int64_t end) {
    ChannelSums sums(plan.channels);
    for (int64_t row = begin; row < end; row += kBlock) {
      add(row, std::min(end, row + kBlock), sums);
      sums.flush(partial.data() + static_cast<size_t>(k) * width);
    }
  });
  for (size_t start = width; start < partial.size(); start += width) {
    for (size_t i = 0; i < width; ++i) partial[i] += partial[start + i];
  }
  partial.resize(width);
  return partial;
}

// A guess of each channel's mean from the first rows: deviations from it are small, and so is what cancels.
template <class Element>
std::vector<float> centres(const Element* x, const Plan& plan) {
  const int64_t rows = std::min<int64_t>(plan.rows, 8);
  std::vector<float> centre(static_cast<size_t>(plan.channels), 0.0f);
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t c = 0; c < plan.channels; ++c) {
      centre[static_cast<size_t>(c)] += widen(x[row * plan.channels + c]) / static_cast<float>(rows);
    }
  }
  return centre;
}

template <class Element>
void statistics(const Element* x, const Plan& plan, double epsilon, float* mean, float* rstd) {
  const std::vector<float> centre = centres(x, plan);
  const std::vector<double> totals = channelTotals(plan, [&](int64_t begin, int64_t end, ChannelSums& sums) {
    addMoments(x + begin * plan.channels, centre.data(), sums.first(), sums.second(), end - begin, plan.channels);
  });
  const double rows = static_cast<double>(plan.rows);
  for (int64_t g = 0; g < plan.groups; ++g) {
    double groupMean = 0.0;
    for (int64_t c = g * plan.perGroup(); c < (g + 1) * plan.perGroup(); ++c) {
      groupMean += centre[static_cast<size_t>(c)] + totals[static_cast<size_t>(c)] / rows;
    }
    groupMean /= static_cast<double>(plan.perGroup());
    double squares = 0.0;
    for (int64_t c = g * plan.perGroup(); c < (g + 1) * plan.perGroup(); ++c) {
      const double sum = totals[static_cast<size_t>(c)];
      const double apart = centre[static_cast<size_t>(c)] + sum / rows - groupMean;
      squares += totals[static_cast<size_t>(c + plan.channels)] - sum * sum / rows + rows * apart * apart;
    }
    const double variance = std::max(0.0, squares) / (rows * static_cast<double>(plan.perGroup()));
    mean[g] = static_cast<float>(groupMean);
    // A NaN in the group reaches its whole output through the mean.
    rstd[g] = static_cast<float>(1.0 / std::sqrt(variance + epsilon));
  }
}

// The scale and offset of the normalized values of one image: gamma and beta, or, where the image has a scale and a
// shift of its own, gamma * (1 + scale) and beta * (1 + scale) + shift.
struct ImageParameters {
  std::vector<float> gamma;
  std::vector<float> beta;
};

// gamma and beta, and where given the images' own scale and shift, [N, C] each.
struct Parameters {
  const float* gamma;
  const float* beta;
  const float* scale;
  const float* shift;

  ImageParameters of(int64_t image, int64_t channels) const {
    ImageParameters own{{gamma, gamma + channels}, {beta, beta + channels}};
    if (scale == nullptr) return own;
    for (int64_t c = 0; c < channels; ++c) {
      const float factor = 1.0f + scale[image * channels + c];
      own.gamma[static_cast<size_t>(c)] *= factor;
      own.beta[static_cast<size_t>(c)] = beta[c] * factor + shift[image * channels + c];
    }
    return own;
  }
};

Parameters parametersOf(const Plan& plan, const Tensor& gamma, const Tensor& beta, const std::optional<Tensor>& scale,
                        const std::optional<Tensor>& shift) {
  TORCH_CHECK(scale.has_value() == shift.has_value(), "scale and shift belong together");
  if (!scale) return {gamma.data_ptr<float>(), beta.data_ptr<float>(), nullptr, nullptr};
  for (const Tensor* tensor : {&*scale, &*shift}) {
    TORCH_CHECK(tensor->scalar_type() == at::kFloat, "all tensors must be float32");
    TORCH_CHECK(tensor->dim() == 2 && tensor->size(0) == plan.images && tensor->size(1) == plan.channels,
                "scale and shift need one value for each of ", plan.images, " images and ", plan.channels, " channels");
  }
  return {gamma.data_ptr<float>(), beta.data_ptr<float>(), scale->data_ptr<float>(), shift->data_ptr<float>()};
}

// y = x * scale + shift, channel by channel, is the normalization of one image.
struct Affine {
  std::vector<float> scale;
  std::vector<float> shift;
  std::vector<float> mean;
};

Affine affine(const Plan& plan, const float* mean, const float* rstd, const ImageParameters& own) {
  const size_t channels = static_cast<size_t>(plan.channels);
  Affine result{std::vector<float>(channels), std::vector<float>(channels), std::vector<float>(channels)};
  size_t c = 0;
  for (int64_t g = 0; g < plan.groups; ++g) {
    for (int64_t i = 0; i < plan.perGroup(); ++i, ++c) {
      const double scale = static_cast<double>(rstd[g]) * own.gamma[c];
      result.scale[c] = static_cast<float>(scale);
      result.shift[c] = static_cast<float>(own.beta[c] - scale * mean[g]);
      result.mean[c] = mean[g];
    }
  }
  return result;
}

bool isSilu(const std::string& activation) {
  TORCH_CHECK(activation == "linear" || activation == "silu", "activation must be linear or silu, found '", activation,
              "'");
  return activation == "silu";
}

// Statistics to compute, with this epsilon, or that are given.
struct Statistics {
  Tensor mean;
  Tensor rstd;
  std::optional<double> epsilon;
};

template <class Element>
void normalize(const Plan& plan, const Tensor& x, const Parameters& parameters, const Statistics& s, bool withSilu,
               Tensor& y) {
  const Element* in = x.data_ptr<Element>();
  Element* out = y.data_ptr<Element>();
  forEachImage(plan, [&](int64_t n) {
    const int64_t start = n * plan.rows * plan.channels;
    float* m = s.mean.data_ptr<float>() + n * plan.groups;
    float* r = s.rstd.data_ptr<float>() + n * plan.groups;
    if (s.epsilon) statistics(in + start, plan, *s.epsilon, m, r);
    const Affine a = affine(plan, m, r, parameters.of(n, plan.channels));
    forEachChunk(plan, [&](int64_t, int64_t begin, int64_t end) {
      const int64_t at = start + begin * plan.channels;
      const auto run = withSilu ? scaleRows<true, Element> : scaleRows<false, Element>;
      run(in + at, a.scale.data(), a.shift.data(), out + at, end - begin, plan.channels);
    });
  });
}

// In the dtype of x.
Tensor normalized(const Plan& plan, const Tensor& x, const Parameters& parameters, const Statistics& s,
                  const std::string& activation) {
  Tensor y = at::empty(x.sizes(), x.options());
  const auto run = x.scalar_type() == at::kFloat ? normalize<float> : normalize<c10::BFloat16>;
  run(plan, x, parameters, s, isSilu(activation), y);
  return y;
}

// y in the dtype of x, and the float32 mean and reciprocal standard deviation of each image and group.
std::vector<Tensor> groupNorm(const MixedTensor& x, const Tensor& gamma, const Tensor& beta,
                              const std::optional<Tensor>& scale, const std::optional<Tensor>& shift, int64_t groups,
                              double epsilon, const std::string& activation) {
  const Plan plan = planFor(x, gamma, beta, groups);
  const Parameters parameters = parametersOf(plan, gamma, beta, scale, shift);
  const Statistics s{at::empty({plan.images, groups}, gamma.options()), at::empty({plan.images, groups}, gamma.options()),
                     epsilon};
  return {normalized(plan, x, parameters, s, activation), s.mean, s.rstd};
}

void checkStatistics(const Plan& plan, const Tensor& mean, const Tensor& rstd) {
  for (const Tensor* statistic : {&mean, &rstd}) {
    TORCH_CHECK(statistic->numel() == plan.images * plan.groups && statistic->scalar_type() == at::kFloat,
                "mean and rstd need one float32 value for each image and group");
  }
}

// y again, from the statistics that came with it.
Tensor groupNormApply(const MixedTensor& x, const Tensor& gamma, const Tensor& beta, const std::optional<Tensor>& scale,
                      const std::optional<Tensor>& shift, const Tensor& mean, const Tensor& rstd, int64_t groups,
                      const std::string& activation) {
  const Plan plan = planFor(x, gamma, beta, groups);
  checkStatistics(plan, mean, rstd);
  const Parameters parameters = parametersOf(plan, gamma, beta, scale, shift);
  return normalized(plan, x, parameters, {mean, rstd, std::nullopt}, activation);
}

// The part of dx that does not pass through dz: x * slope + offset, from the sums of dz and dz * (x - mean).
void imageCorrection(const Plan& plan, const std::vector<double>& totals, const float* gamma, const float* mean,
                     const float* rstd, float* slope, float* offset) {
  const double count = static_cast<double>(plan.rows) * static_cast<double>(plan.perGroup());
  for (int64_t g = 0; g < plan.groups; ++g) {
    double sum = 0.0;
    double product = 0.0;
    for (int64_t c = g * plan.perGroup(); c < (g + 1) * plan.perGroup(); ++c) {
      sum += gamma[c] * totals[static_cast<size_t>(c)];
      product += gamma[c] * totals[static_cast<size_t>(c + plan.channels)];
    }
    const double r = rstd[g];
    const double groupSlope = -r * r * r * product / count;
    const double groupOffset = -r * sum / count - groupSlope * mean[g];
    for (int64_t c = g * plan.perGroup(); c < (g + 1) * plan.perGroup(); ++c) {
      slope[c] = static_cast<float>(groupSlope);
      offset[c] = static_cast<float>(groupOffset);
    }
  }
}

// The gradients of gamma, beta and, where given, scale and shift. `sums` holds for each image those of the offset of
// its normalized values, then those of their scale.
std::vector<Tensor> parameterGradients(const Plan& plan, const Parameters& parameters, const std::vector<double>& sums,
                                       const at::TensorOptions& options) {
  const int64_t channels = plan.channels;
  const bool modulated = parameters.scale != nullptr;
  std::vector<Tensor> gradients{at::empty({channels}, options), at::empty({channels}, options)};
  std::vector<double> dgamma(static_cast<size_t>(channels), 0.0);
  std::vector<double> dbeta(static_cast<size_t>(channels), 0.0);
  for (int64_t n = 0; n < plan.images; ++n) {
    const double* offset = sums.data() + 2 * n * channels;
    const double* scale = offset + channels;
    for (size_t c = 0; c < dgamma.size(); ++c) {
      const double factor = modulated ? 1.0 + parameters.scale[n * channels + static_cast<int64_t>(c)] : 1.0;
      dgamma[c] += scale[c] * factor;
      dbeta[c] += offset[c] * factor;
    }
  }
  std::copy(dgamma.begin(), dgamma.end(), gradients[0].data_ptr<float>());
  std::copy(dbeta.begin(), dbeta.end(), gradients[1].data_ptr<float>());
  if (!modulated) return gradients;
  for (int i = 0; i < 2; ++i) gradients.push_back(at::empty({plan.images, channels}, options));
  float* dscale = gradients[2].data_ptr<float>();
  float* dshift = gradients[3].data_ptr<float>();
  for (int64_t n = 0; n < plan.images; ++n) {
    const double* offset = sums.data() + 2 * n * channels;
    for (int64_t c = 0; c < channels; ++c) {
      dscale[n * channels + c] =
          static_cast<float>(offset[channels + c] * parameters.gamma[c] + offset[c] * parameters.beta[c]);
      dshift[n * channels + c] = static_cast<float>(offset[c]);
    }
  }
  return gradients;
}

// dx, and for each image and channel the sums of the gradients of the normalized values' offset and scale.
template <class Element>
std::vector<double> propagate(const Plan& plan, const Tensor& dy, const Tensor& x, const Parameters& parameters,
                              const Tensor& mean, const Tensor& rstd, bool withSilu, Tensor& dx) {
  const Element* in = x.data_ptr<Element>();
  const Element* gradient = dy.data_ptr<Element>();
  Element* out = dx.data_ptr<Element>();
  const size_t channels = static_cast<size_t>(plan.channels);
  std::vector<double> perImage(static_cast<size_t>(plan.images) * 2 * channels);
  forEachImage(plan, [&](int64_t n) {
    const int64_t start = n * plan.rows * plan.channels;
    const float* m = mean.data_ptr<float>() + n * plan.groups;
    const float* r = rstd.data_ptr<float>() + n * plan.groups;
    const ImageParameters own = parameters.of(n, plan.channels);
    const Affine a = affine(plan, m, r, own);
    const auto add = withSilu ? addGradientMoments<true, Element> : addGradientMoments<false, Element>;
    const std::vector<double> totals = channelTotals(plan, [&](int64_t begin, int64_t end, ChannelSums& sums) {
      const int64_t at = start + begin * plan.channels;
      add(gradient + at, in + at, a.scale.data(), a.shift.data(), a.mean.data(), out + at, sums.first(), sums.second(),
          end - begin, plan.channels);
    });
    std::vector<float> slope(channels);
    std::vector<float> offset(channels);
    imageCorrection(plan, totals, own.gamma.data(), m, r, slope.data(), offset.data());
    // The first pass left dz where dx goes: the exponential of SiLU is taken once.
    const Element* dz = withSilu ? out : gradient;
    forEachChunk(plan, [&](int64_t, int64_t begin, int64_t end) {
      const int64_t at = start + begin * plan.channels;
      gradientRows(dz + at, in + at, a.scale.data(), slope.data(), offset.data(), out + at, end - begin, plan.channels);
    });
    double* sums = perImage.data() + static_cast<size_t>(n) * 2 * channels;
    std::copy(totals.begin(), totals.end(), sums);
    for (int64_t g = 0; g < plan.groups; ++g) {
      double* scales = sums + plan.channels + g * plan.perGroup();
      for (int64_t i = 0; i < plan.perGroup(); ++i) scales[i] *= r[g];
    }
  });
  return perImage;
}

// The gradients of x, in its dtype, and of gamma, beta and, where given, scale and shift.
std::vector<Tensor> groupNormGrad(const MixedTensor& dy, const MixedTensor& x, const Tensor& gamma, const Tensor& beta,
                                  const std::optional<Tensor>& scale, const std::optional<Tensor>& shift,
                                  const Tensor& mean, const Tensor& rstd, int64_t groups,
                                  const std::string& activation) {
  const Plan plan = planFor(x, gamma, beta, groups);
  const Parameters parameters = parametersOf(plan, gamma, beta, scale, shift);
  TORCH_CHECK(dy.sizes() == x.sizes() && dy.is_floating_point(), "dy must have the shape and dtype of x");
  checkStatistics(plan, mean, rstd);
  Tensor dx = at::empty(x.sizes(), x.options());
  const auto run = x.scalar_type() == at::kFloat ? propagate<float> : propagate<c10::BFloat16>;
  const std::vector<double> perImage =
      run(plan, dy.to(x.scalar_type()), x, parameters, mean, rstd, isSilu(activation), dx);
  std::vector<Tensor> gradients = parameterGradients(plan, parameters, perImage, gamma.options());
  gradients.insert(gradients.begin(), dx);
  return gradients;
}

}  // namespace

Exports normExports() {
  return {cpuOnly(bind("groupNorm", groupNorm)), cpuOnly(bind("groupNormApply", groupNormApply)),
          cpuOnly(bind("groupNormGrad", groupNormGrad))};
}

}  // namespace ldm
