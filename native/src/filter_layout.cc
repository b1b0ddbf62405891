#include "filter_layout.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>

#include "device.h"
#include "transpose.h"

namespace ldm {
namespace {

using at::Tensor;

// Calls `move(pixel, begin, end)` for each filter pixel and range of output channels, in parallel.
template <class Move>
void forEachPart(int64_t pixels, int64_t inputs, int64_t outputs, Move move) {
  constexpr int64_t kColumns = 64;
  const int64_t parts = (outputs + kColumns - 1) / kColumns;
  // Waking threads for less than this costs more than they save.
  const int64_t grain = 1 + 262144 / (inputs * kColumns + 1);
  at::parallel_for(0, pixels * parts, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = (i % parts) * kColumns;
      move(i / parts, first, std::min(outputs, first + kColumns));
    }
  });
}

// HWIO to OHWI, a matrix for each pixel of the filter. ATen's own copy of four permuted axes goes through memory a value
// at a time and would cost as much as a small convolution.
template <class Out>
void toOhwi(const float* from, Out* to, int64_t pixels, int64_t inputs, int64_t outputs) {
  forEachPart(pixels, inputs, outputs, [&](int64_t pixel, int64_t begin, int64_t end) {
    transposeMatrix(from + pixel * inputs * outputs + begin, outputs, to + (begin * pixels + pixel) * inputs,
                    pixels * inputs, inputs, end - begin);
  });
}

template <class In>
void fromOhwi(const In* from, float* to, int64_t pixels, int64_t inputs, int64_t outputs) {
  forEachPart(pixels, inputs, outputs, [&](int64_t pixel, int64_t begin, int64_t end) {
    transposeMatrix(from + (begin * pixels + pixel) * inputs, pixels * inputs, to + pixel * inputs * outputs + begin,
                    outputs, end - begin, inputs);
  });
}

}  // namespace

Tensor toOihw(const Tensor& filter, int64_t groups, at::ScalarType type) {
  if (groups != 1) return filter.to(type).view({filter.size(0), filter.size(1), 1, -1}).permute({3, 2, 0, 1});
  if (filter.scalar_type() != at::kFloat || !useLoops(filter)) return filter.to(type).permute({3, 2, 0, 1});
  const int64_t pixels = filter.size(0) * filter.size(1);
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  const Tensor ohwi = at::empty({outputs, filter.size(0), filter.size(1), inputs}, filter.options().dtype(type));
  const float* from = filter.data_ptr<float>();
  if (type == at::kBFloat16) {
    toOhwi(from, ohwi.data_ptr<at::BFloat16>(), pixels, inputs, outputs);
  } else {
    toOhwi(from, ohwi.data_ptr<float>(), pixels, inputs, outputs);
  }
  return ohwi.permute({0, 3, 1, 2});
}

Tensor fromOihw(const Tensor& oihw, const std::vector<int64_t>& hwioShape) {
  const Tensor ohwi = oihw.permute({0, 2, 3, 1});
  if (oihw.size(1) != hwioShape[2] || !ohwi.is_contiguous() || !useLoops(oihw)) {
    return oihw.to(at::kFloat).permute({2, 3, 1, 0}).reshape(hwioShape);
  }
  const int64_t pixels = hwioShape[0] * hwioShape[1];
  Tensor hwio = at::empty(hwioShape, oihw.options().dtype(at::kFloat));
  if (ohwi.scalar_type() == at::kBFloat16) {
    fromOhwi(ohwi.data_ptr<at::BFloat16>(), hwio.data_ptr<float>(), pixels, hwioShape[2], hwioShape[3]);
  } else {
    fromOhwi(ohwi.data_ptr<float>(), hwio.data_ptr<float>(), pixels, hwioShape[2], hwioShape[3]);
  }
  return hwio;
}

Tensor turnedFilter(const Tensor& filter) {
  const int64_t pixels = filter.size(0) * filter.size(1);
  const int64_t inputs = filter.size(2);
  const int64_t outputs = filter.size(3);
  Tensor turned = at::empty({filter.size(0), filter.size(1), outputs, inputs}, filter.options());
  const float* from = filter.data_ptr<float>();
  float* to = turned.data_ptr<float>();
  forEachPart(pixels, inputs, outputs, [&](int64_t pixel, int64_t begin, int64_t end) {
    transposeMatrix(from + pixel * inputs * outputs + begin, outputs,
                    to + ((pixels - 1 - pixel) * outputs + begin) * inputs, inputs, inputs, end - begin);
  });
  return turned;
}

}  // namespace ldm
