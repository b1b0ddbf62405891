// Nearest-neighbour resizing of NHWC tensors, and its gradient: copies and sums of whole pixels.
// tfjs has three rounding rules; the caller states for each output row and column the input row or column it shows.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstring>

#include "device.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

void checkSources(const Shape& sources, int64_t size) {
  for (const int64_t source : sources) {
    TORCH_CHECK(source >= 0 && source < size, "source ", source, " lies outside an axis of ", size);
  }
}

Tensor positions(const Shape& sources, const Tensor& like) {
  return at::tensor(at::IntArrayRef(sources), at::TensorOptions().dtype(at::kLong)).to(like.device());
}

Tensor resizeNearest(const MixedTensor& x, const Shape& rows, const Shape& columns) {
  TORCH_CHECK(x.dim() == 4, "the image must have the four axes NHWC");
  checkSources(rows, x.size(1));
  checkSources(columns, x.size(2));
  if (!useLoops(x)) return x.index_select(1, positions(rows, x)).index_select(2, positions(columns, x));
  const int64_t height = static_cast<int64_t>(rows.size());
  const int64_t width = static_cast<int64_t>(columns.size());
  Tensor y = at::empty({x.size(0), height, width, x.size(3)}, x.options());
  if (y.numel() == 0) return y;
  const size_t pixel = static_cast<size_t>(x.size(3)) * x.element_size();
  const size_t sourceRow = static_cast<size_t>(x.size(2)) * pixel;
  const auto* from = static_cast<const char*>(x.data_ptr());
  auto* to = static_cast<char*>(y.data_ptr());
  const auto lines = x.size(0) * height;
  const int64_t grain = 1 + 65536 / static_cast<int64_t>(pixel * columns.size() + 1);
  at::parallel_for(0, lines, grain, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t source = (line / height) * x.size(1) + rows[static_cast<size_t>(line % height)];
      char* out = to + static_cast<size_t>(line) * columns.size() * pixel;
      for (const int64_t column : columns) {
        std::memcpy(out, from + static_cast<size_t>(source) * sourceRow + static_cast<size_t>(column) * pixel, pixel);
        out += pixel;
      }
    }
  });
  return y;
}

// Each input pixel receives the sum over the output pixels that show it.
Tensor resizeNearestGrad(const Tensor& dy, const Shape& inputShape, const Shape& rows, const Shape& columns) {
  TORCH_CHECK(dy.dim() == 4 && inputShape.size() == 4, "image and gradient must have the four axes NHWC");
  TORCH_CHECK(dy.scalar_type() == at::kFloat, "the gradient must be float32");
  TORCH_CHECK(dy.size(0) == inputShape[0] && dy.size(3) == inputShape[3] &&
                  dy.size(1) == static_cast<int64_t>(rows.size()) && dy.size(2) == static_cast<int64_t>(columns.size()),
              "the gradient's shape does not follow from the image and the sources");
  checkSources(rows, inputShape[1]);
  checkSources(columns, inputShape[2]);
  Tensor dx = at::zeros(inputShape, dy.options());
  if (dx.numel() == 0) return dx;
  if (!useLoops(dy)) {
    const Tensor lines = at::zeros({inputShape[0], inputShape[1], dy.size(2), inputShape[3]}, dy.options());
    return dx.index_add_(2, positions(columns, dy), lines.index_add(1, positions(rows, dy), dy));
  }
  const int64_t channels = inputShape[3];
  const int64_t width = dy.size(2);
  // One thread owns an input row, so that sums keep one order.
  std::vector<std::vector<int64_t>> shownBy(static_cast<size_t>(inputShape[1]));
  for (size_t row = 0; row < rows.size(); ++row) {
    shownBy[static_cast<size_t>(rows[row])].push_back(static_cast<int64_t>(row));
  }
  const float* from = dy.data_ptr<float>();
  float* to = dx.data_ptr<float>();
  const int64_t grain = 1 + 16384 / (width * channels + 1);
  at::parallel_for(0, inputShape[0] * inputShape[1], grain, [&](int64_t begin, int64_t end) {
    for (int64_t line = begin; line < end; ++line) {
      const int64_t image = line / inputShape[1];
      for (const int64_t row : shownBy[static_cast<size_t>(line % inputShape[1])]) {
        const float* pixel = from + (image * dy.size(1) + row) * width * channels;
        for (const int64_t column : columns) {
          float* sum = to + (line * inputShape[2] + column) * channels;
          for (int64_t c = 0; c < channels; ++c) sum[c] += pixel[c];
          pixel += channels;
        }
      }
    }
  });
  return dx;
}

}  // namespace

Exports resizeExports() {
  return {bind("resizeNearest", resizeNearest), bind("resizeNearestGrad", resizeNearestGrad)};
}

}  // namespace ldm
