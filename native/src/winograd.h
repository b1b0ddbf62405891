#pragma once
// Convolutions of 3x3 filters with stride 1 by Winograd's minimal filtering F(2x2, 3x3) (Lavin and Gray 2016,
// section 4.1): 16 multiplications give the 4 results that take 36 otherwise, at a rounding error of the same order.
// In NHWC and HWIO memory as they are; no other layout is made. Images are float32 or bfloat16, and so is the result;
// filters, biases and their gradients are float32.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace ldm {

// Rows, then columns.
struct Offset {
  int64_t row;
  int64_t column;
};

// Whether the way over Winograd's transforms is open to a convolution of these channels and worth it.
bool worthWinograd(int64_t images, int64_t inputs, int64_t outputs, const Offset& outputSize);

// x [N, H, W, inputs] with a filter [3, 3, inputs, outputs]; `before` zeros lie above and left of the image.
at::Tensor winogradConvolve(const at::Tensor& x, const at::Tensor& filter, const std::optional<at::Tensor>& bias,
                            const Offset& before, const Offset& outputSize);

// The gradient with respect to the image, of the given size.
at::Tensor winogradInputGrad(const at::Tensor& dy, const at::Tensor& filter, const Offset& before,
                             const Offset& inputSize);

// The gradient with respect to the filter, [3, 3, inputs, outputs].
at::Tensor winogradFilterGrad(const at::Tensor& x, const at::Tensor& dy, const Offset& before);

}  // namespace ldm
