#pragma once
// The inner loops of group normalization: rows of channels, one instruction for many channels at a time.

#include <cstdint>

#include "silu.h"

namespace ldm {

// Adds the deviations from `centre` of four rows, and their squares.
inline void addMoments(const float* __restrict__ x, const float* __restrict__ centre, float* __restrict__ sum,
                float* __restrict__ squares, int64_t rows, int64_t channels) {
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    const float* __restrict__ x0 = x + row * channels;
    for (int64_t c = 0; c < channels; ++c) {
      const float a = x0[c] - centre[c];
      const float b = x0[c + channels] - centre[c];
      const float d = x0[c + 2 * channels] - centre[c];
      const float e = x0[c + 3 * channels] - centre[c];
      sum[c] += (a + b) + (d + e);
      squares[c] += (a * a + b * b) + (d * d + e * e);
    }
  }
  for (; row < rows; ++row) {
    for (int64_t c = 0; c < channels; ++c) {
      const float a = x[row * channels + c] - centre[c];
      sum[c] += a;
      squares[c] += a * a;
    }
  }
}

template <bool Silu>
void scaleRows(const float* __restrict__ x, const float* __restrict__ scale, const float* __restrict__ shift,
               float* __restrict__ y, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row, x += channels, y += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float z = x[c] * scale[c] + shift[c];
      y[c] = Silu ? silu(z) : z;
    }
  }
}

// dz = dy * activation'(z): adds dz and dz * (x - mean).
template <bool Silu>
void addGradientMoments(const float* __restrict__ dy, const float* __restrict__ x, const float* __restrict__ scale,
                        const float* __restrict__ shift, const float* __restrict__ mean, float* __restrict__ sum,
                        float* __restrict__ product, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row, x += channels, dy += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float dz = Silu ? dy[c] * siluSlope(x[c] * scale[c] + shift[c]) : dy[c];
      sum[c] += dz;
      product[c] += dz * (x[c] - mean[c]);
    }
  }
}

// dx = dz * scale + x * slope + offset.
template <bool Silu>
void gradientRows(const float* __restrict__ dy, const float* __restrict__ x, const float* __restrict__ scale,
                  const float* __restrict__ shift, const float* __restrict__ slope, const float* __restrict__ offset,
                  float* __restrict__ dx, int64_t rows, int64_t channels) {
  for (int64_t row = 0; row < rows; ++row, x += channels, dy += channels, dx += channels) {
    for (int64_t c = 0; c < channels; ++c) {
      const float dz = Silu ? dy[c] * siluSlope(x[c] * scale[c] + shift[c]) : dy[c];
      dx[c] = dz * scale[c] + (x[c] * slope[c] + offset[c]);
    }
  }
}

}  // namespace ldm
