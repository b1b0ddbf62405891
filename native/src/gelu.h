#pragma once
// GELU in plain arithmetic, for the same reason as silu.h.

#include <cmath>

#include "silu.h"

namespace ldm {

// The standard normal distribution function at x, within 4e-7 of itself in both tails; `density` is e^(-x^2 / 2).
inline float normalDistribution(float x, float density) {
  // Least relative error of degree 9 in t, fitted to erfc(z) e^(z^2) / (2 t) for z = |x| / sqrt(2) in [0, 9.5].
  const float t = 1.0f / (1.0f + 0.318198052f * std::fabs(x));
  float p = -1.63780797e-2f;
  p = p * t + 7.22855634e-2f;
  p = p * t - 9.72991235e-2f;
  p = p * t + 2.63710815e-3f;
  p = p * t + 4.36714093e-2f;
  p = p * t + 3.19391885e-2f;
  p = p * t + 9.67498603e-2f;
  p = p * t + 1.12318601e-1f;
  p = p * t + 1.27142146e-1f;
  p = p * t + 1.26933321e-1f;
  const float tail = p * t * density;
  return x < 0.0f ? tail : 1.0f - tail;
}

// x times the standard normal distribution function.
struct GeluErf {
  static float value(float x) { return x * normalDistribution(x, expBounded(-0.5f * x * x)); }
  static float slope(float x) {
    constexpr float kInverseRootOfTwoPi = 0.398942280f;
    const float density = expBounded(-0.5f * x * x);
    return normalDistribution(x, density) + x * density * kInverseRootOfTwoPi;
  }
};

// The approximation 0.5 x (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3).
struct GeluTanh {
  static constexpr float kTwiceRoot = 1.59576912f;
  static constexpr float kCubic = 0.044715f;
  static float value(float x) { return x * sigmoidOf(kTwiceRoot * x * (1.0f + kCubic * x * x)); }
  static float slope(float x) {
    const float s = sigmoidOf(kTwiceRoot * x * (1.0f + kCubic * x * x));
    return s + x * s * (1.0f - s) * kTwiceRoot * (1.0f + 3.0f * kCubic * x * x);
  }
};

struct Silu {
  static float value(float x) { return silu(x); }
  static float slope(float x) { return siluSlope(x); }
};

}  // namespace ldm
