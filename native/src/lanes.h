#pragma once
// Sixteen numbers at a time: one AVX-512 register, two of AVX2, four of NEON, as the compiler sees fit.

#include <c10/util/BFloat16.h>

#include <cstdint>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

namespace ldm {

constexpr int64_t kLanes = 16;

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef uint32_t Bits __attribute__((vector_size(kLanes * sizeof(uint32_t)), aligned(4), may_alias));
typedef uint16_t HalfBits __attribute__((vector_size(kLanes * sizeof(uint16_t)), aligned(2), may_alias));

inline const Lanes& lanesAt(const float* p) { return *reinterpret_cast<const Lanes*>(p); }
inline Lanes& lanesAt(float* p) { return *reinterpret_cast<Lanes*>(p); }

inline Lanes load(const float* p) { return lanesAt(p); }

inline Lanes load(const c10::BFloat16* p) {
  return (Lanes)(__builtin_convertvector(*reinterpret_cast<const HalfBits*>(p), Bits) << 16);
}

inline void save(const Lanes& values, float* p) { lanesAt(p) = values; }

#ifdef __AVX512BF16__

// Rounded to nearest, ties to even; a NaN stays one.
inline HalfBits reduced(const Lanes& values) { return (HalfBits)_mm512_cvtneps_pbh((__m512)values); }

#else

inline HalfBits reduced(const Lanes& values) {
  const Bits bits = (Bits)values;
  const Bits nearest = bits + 0x7fffu + ((bits >> 16) & 1u);
  const Bits nan = (Bits)(values != values);
  return __builtin_convertvector(((nan & 0x7fc00000u) | (~nan & nearest)) >> 16, HalfBits);
}

#endif

inline void save(const Lanes& values, c10::BFloat16* p) { *reinterpret_cast<HalfBits*>(p) = reduced(values); }

// Two vectors as pairs of bfloat16 numbers, the first in the lower halves.
inline Lanes pairs(const Lanes& first, const Lanes& second) {
  return (Lanes)(__builtin_convertvector(reduced(first), Bits) | __builtin_convertvector(reduced(second), Bits) << 16);
}

}  // namespace ldm
