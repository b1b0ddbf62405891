// Fourier transforms; a complex tensor is two real ones here.

#include <ATen/ATen.h>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

void checkParts(const Tensor& real, const Tensor& imag) {
  TORCH_CHECK(real.scalar_type() == at::kFloat && imag.scalar_type() == at::kFloat && real.sizes() == imag.sizes(),
              "real and imaginary part must be float32 and of one shape");
}

// Over the last axis; the inverse divides by its length.
std::vector<Tensor> fft(const Tensor& real, const Tensor& imag, bool inverse) {
  checkParts(real, imag);
  TORCH_CHECK(real.dim() > 0 && real.numel() > 0, "needs a last axis and at least one value");
  const Tensor signal = at::complex(real, imag);
  const Tensor spectrum = inverse ? at::fft_ifft(signal) : at::fft_fft(signal);
  return {at::real(spectrum).contiguous(), at::imag(spectrum).contiguous()};
}

Tensor complexAbs(const Tensor& real, const Tensor& imag) {
  checkParts(real, imag);
  return at::hypot(real, imag);
}

}  // namespace

Exports fftExports() { return {bind("fft", fft), bind("complexAbs", complexAbs)}; }

}  // namespace ldm
