#pragma once
// bfloat16 in plain integer arithmetic, so that the compiler turns loops over it into vector code.

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>

namespace ldm {

inline float widen(float x) { return x; }

inline float widen(c10::BFloat16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.x) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline void store(float value, float& to) { to = value; }

// Rounds to nearest, ties to even.
inline void store(float value, c10::BFloat16& to) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  to.x = static_cast<uint16_t>(value != value ? 0x7fc0u : rounded);
}

}  // namespace ldm
