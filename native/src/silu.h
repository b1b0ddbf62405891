#pragma once
// SiLU in plain arithmetic, without calls or branches, so that the compiler turns loops over it into vector code.

#include <cstdint>
#include <cstring>

namespace ldm {

// e^x within 2 units in the last place for |x| <= 87; beyond, the value at that bound.
inline float expBounded(float x) {
  constexpr float kLog2e = 1.44269504f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  // Adding and subtracting 1.5 * 2^23 rounds to an integer, which is then also in the low bits.
  constexpr float kRound = 12582912.0f;
  x = x < -87.0f ? -87.0f : x;
  x = x > 87.0f ? 87.0f : x;
  const float shifted = x * kLog2e + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits;
  int32_t exponent;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  std::memcpy(&bits, &p, sizeof bits);
  bits += static_cast<int32_t>(static_cast<uint32_t>(exponent) << 23);
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline float sigmoidOf(float z) { return 1.0f / (1.0f + expBounded(-z)); }

inline float silu(float z) { return z * sigmoidOf(z); }

// The derivative of z * sigmoid(z).
inline float siluSlope(float z) {
  const float s = sigmoidOf(z);
  return s * (1.0f + z * (1.0f - s));
}

}  // namespace ldm
