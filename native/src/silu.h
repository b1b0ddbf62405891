#pragma once
// SiLU in plain arithmetic, without calls or branches: of a float, so that the compiler turns loops over it into vector
// code, or of Lanes.

#include <cstdint>
#include <cstring>

#include "lanes.h"

namespace ldm {

// The unsigned integers that T's bits are.
template <class T>
struct BitsOf {
  typedef Bits Type;
};
template <>
struct BitsOf<float> {
  typedef uint32_t Type;
};

// e^x within 2 units in the last place for |x| <= 87; beyond, the value at that bound.
template <class T>
inline T expBounded(T x) {
  constexpr float kLog2e = 1.44269504f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  // Adding and subtracting 1.5 * 2^23 rounds to an integer, which is then also in the low bits.
  constexpr float kRound = 12582912.0f;
  x = x < -87.0f ? -87.0f : x;
  x = x > 87.0f ? 87.0f : x;
  const T shifted = x * kLog2e + kRound;
  const T n = shifted - kRound;
  const T r = (x - n * kLn2High) - n * kLn2Low;
  T p = 1.9875691500e-4f * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  using Unsigned = typename BitsOf<T>::Type;
  Unsigned bits;
  Unsigned exponent;
  std::memcpy(&exponent, &shifted, sizeof exponent);
  std::memcpy(&bits, &p, sizeof bits);
  bits += exponent << 23;
  T result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

template <class T>
inline T sigmoidOf(T z) { return 1.0f / (1.0f + expBounded(-z)); }

template <class T>
inline T silu(T z) { return z * sigmoidOf(z); }

// The derivative of z * sigmoid(z).
template <class T>
inline T siluSlope(T z) {
  const T s = sigmoidOf(z);
  return s * (1.0f + z * (1.0f - s));
}

}  // namespace ldm
