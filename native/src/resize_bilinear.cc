// Bilinear resizing of NHWC tensors, and its gradient.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

// Where one output row or column lies between two input rows or columns.
struct Between {
  int64_t low;
  int64_t high;
  float fraction;
};

std::vector<Between> positions(int64_t input, int64_t output, bool alignCorners, bool halfPixelCenters) {
  const int64_t inset = alignCorners && output > 1 ? 1 : 0;
  const double ratio = static_cast<double>(input - inset) / static_cast<double>(output - inset);
  std::vector<Between> result;
  result.reserve(static_cast<size_t>(output));
  for (int64_t i = 0; i < output; ++i) {
    const double shift = halfPixelCenters ? 0.5 : 0.0;
    const double source = ratio * (static_cast<double>(i) + shift) - shift;
    const int64_t low = std::clamp<int64_t>(static_cast<int64_t>(std::floor(source)), 0, input - 1);
    const int64_t high = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(source)), 0, input - 1);
    result.push_back({low, high, static_cast<float>(source - static_cast<double>(low))});
  }
  return result;
}

void checkImage(const Tensor& x) {
  TORCH_CHECK(x.dim() == 4 && x.scalar_type() == at::kFloat, "the image must be float32 and have the four axes NHWC");
  TORCH_CHECK(x.size(1) > 0 && x.size(2) > 0, "the image must not be empty");
}

Tensor resizeBilinear(const Tensor& x, int64_t height, int64_t width, bool alignCorners, bool halfPixelCenters) {
  checkImage(x);
  TORCH_CHECK(height > 0 && width > 0, "the new size must be positive");
  const auto rows = positions(x.size(1), height, alignCorners, halfPixelCenters);
  const auto columns = positions(x.size(2), width, alignCorners, halfPixelCenters);
  const int64_t channels = x.size(3);
  const int64_t stride = x.size(2) * channels;
  Tensor y = at::empty({x.size(0), height, width, channels}, x.options());
  const float* from = x.data_ptr<float>();
  float* to = y.data_ptr<float>();
  at::parallel_for(0, x.size(0) * height, 1 + 16384 / (width * channels + 1), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const Between& row = rows[static_cast<size_t>(line % height)];
      const float* image = from + line / height * x.size(1) * stride;
      const float* above = image + row.low * stride;
      const float* below = image + row.high * stride;
      float* out = to + line * width * channels;
      for (const Between& column : columns) {
        const int64_t left = column.low * channels;
        const int64_t right = column.high * channels;
        for (int64_t c = 0; c < channels; ++c) {
          const float top = above[left + c] + (above[right + c] - above[left + c]) * column.fraction;
          const float bottom = below[left + c] + (below[right + c] - below[left + c]) * column.fraction;
          out[c] = top + (bottom - top) * row.fraction;
        }
        out += channels;
      }
    }
  });
  return y;
}

Tensor resizeBilinearGrad(const Tensor& dy, const Shape& inputShape, bool alignCorners, bool halfPixelCenters) {
  checkImage(dy);
  TORCH_CHECK(inputShape.size() == 4 && inputShape[0] == dy.size(0) && inputShape[3] == dy.size(3) &&
                  inputShape[1] > 0 && inputShape[2] > 0,
              "image and gradient must have the same batch and channels");
  const int64_t height = inputShape[1];
  const auto rows = positions(height, dy.size(1), alignCorners, halfPixelCenters);
  const auto columns = positions(inputShape[2], dy.size(2), alignCorners, halfPixelCenters);
  // The output rows that each input row had a part in, and its part: one thread owns an input row.
  std::vector<std::vector<std::pair<int64_t, float>>> parts(static_cast<size_t>(height));
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    parts[static_cast<size_t>(rows[i].low)].emplace_back(row, 1.0f - rows[i].fraction);
    parts[static_cast<size_t>(rows[i].high)].emplace_back(row, rows[i].fraction);
  }
  const int64_t channels = inputShape[3];
  const int64_t width = dy.size(2);
  Tensor dx = at::zeros(inputShape, dy.options());
  const float* from = dy.data_ptr<float>();
  float* to = dx.data_ptr<float>();
  at::parallel_for(0, dy.size(0) * height, 1 + 16384 / (width * channels + 1), [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      float* sums = to + line * inputShape[2] * channels;
      for (const auto& [row, weight] : parts[static_cast<size_t>(line % height)]) {
        const float* value = from + (line / height * dy.size(1) + row) * width * channels;
        for (const Between& column : columns) {
          const float right = weight * column.fraction;
          const float left = weight - right;
          for (int64_t c = 0; c < channels; ++c) {
            sums[column.low * channels + c] += left * value[c];
            sums[column.high * channels + c] += right * value[c];
          }
          value += channels;
        }
      }
    }
  });
  return dx;
}

}  // namespace

Exports resizeBilinearExports() {
  return {bind("resizeBilinear", resizeBilinear), bind("resizeBilinearGrad", resizeBilinearGrad)};
}

}  // namespace ldm
