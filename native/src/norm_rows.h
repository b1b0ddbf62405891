#pragma once
// The inner loops of group normalization over rows of channels, sixteen channels at a time.

#include <cstdint>
#include <type_traits>

#include "bfloat16.h"
#include "lanes.h"
#include "silu.h"

namespace ldm {

// Rows that share one pass over the channels' parameters and sums.
constexpr int64_t kRowsAtOnce = 4;

// A value of the type T, float or Lanes, at `p`, and back.
template <class T, class Element>
inline T valueAt(const Element* p) {
  if constexpr (std::is_same_v<T, float>) {
    return widen(*p);
  } else {
    return load(p);
  }
}

template <class Element>
inline void put(float value, Element* p) {
  store(value, *p);
}

template <class Element>
inline void put(const Lanes& values, Element* p) {
  save(values, p);
}

// Calls `columns(c, T{})` for all channels: with Lanes, and with a float for each of those left over.
template <class Columns>
inline void forColumns(int64_t channels, Columns columns) {
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) columns(c, Lanes{});
  for (; c < channels; ++c) columns(c, 0.0f);
}

// Calls `block(row, std::integral_constant<int64_t, n>{})` for all rows, n at a time.
template <class Block>
inline void forRows(int64_t rows, Block block) {
  int64_t row = 0;
  for (; row + kRowsAtOnce <= rows; row += kRowsAtOnce) block(row, std::integral_constant<int64_t, kRowsAtOnce>{});
  for (; row < rows; ++row) block(row, std::integral_constant<int64_t, 1>{});
}

// Adds the deviations from `centre`, and their squares.
template <class Element>
void addMoments(const Element* x, const float* centre, float* sum, float* squares, int64_t rows, int64_t channels) {
  forRows(rows, [&](int64_t row, auto count) {
    forColumns(channels, [&](int64_t c, auto zero) {
      using T = decltype(zero);
      const T middle = valueAt<T>(centre + c);
      T first = valueAt<T>(sum + c);
      T second = valueAt<T>(squares + c);
      for (int64_t r = 0; r < count; ++r) {
        const T deviation = valueAt<T>(x + (row + r) * channels + c) - middle;
        first += deviation;
        second += deviation * deviation;
      }
      put(first, sum + c);
      put(second, squares + c);
    });
  });
}

// y = activation(x * scale + shift).
template <bool Silu, class Element>
void scaleRows(const Element* x, const float* scale, const float* shift, Element* y, int64_t rows, int64_t channels) {
  forRows(rows, [&](int64_t row, auto count) {
    forColumns(channels, [&](int64_t c, auto zero) {
      using T = decltype(zero);
      const T factor = valueAt<T>(scale + c);
      const T offset = valueAt<T>(shift + c);
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = (row + r) * channels + c;
        const T z = valueAt<T>(x + at) * factor + offset;
        put(Silu ? silu(z) : z, y + at);
      }
    });
  });
}

// dz = dy * activation'(x * scale + shift), which replaces what `dz` holds; adds dz and dz * (x - mean).
template <bool Silu, class Element>
void addGradientMoments(const Element* dy, const Element* x, const float* scale, const float* shift, const float* mean,
                        Element* dz, float* sum, float* product, int64_t rows, int64_t channels) {
  forRows(rows, [&](int64_t row, auto count) {
    forColumns(channels, [&](int64_t c, auto zero) {
      using T = decltype(zero);
      const T factor = valueAt<T>(scale + c);
      const T offset = valueAt<T>(shift + c);
      const T middle = valueAt<T>(mean + c);
      T first = valueAt<T>(sum + c);
      T second = valueAt<T>(product + c);
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = (row + r) * channels + c;
        const T value = valueAt<T>(x + at);
        T gradient = valueAt<T>(dy + at);
        if constexpr (Silu) {
          gradient *= siluSlope(value * factor + offset);
          put(gradient, dz + at);
        }
        first += gradient;
        second += gradient * (value - middle);
      }
      put(first, sum + c);
      put(second, product + c);
    });
  });
}

// dx = dz * scale + x * slope + offset; dz and dx may be the same memory.
template <class Element>
void gradientRows(const Element* dz, const Element* x, const float* scale, const float* slope, const float* offset,
                  Element* dx, int64_t rows, int64_t channels) {
  forRows(rows, [&](int64_t row, auto count) {
    forColumns(channels, [&](int64_t c, auto zero) {
      using T = decltype(zero);
      const T factor = valueAt<T>(scale + c);
      const T perX = valueAt<T>(slope + c);
      const T constant = valueAt<T>(offset + c);
      for (int64_t r = 0; r < count; ++r) {
        const int64_t at = (row + r) * channels + c;
        put(valueAt<T>(dz + at) * factor + (valueAt<T>(x + at) * perX + constant), dx + at);
      }
    });
  });
}

}  // namespace ldm
