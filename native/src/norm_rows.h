#pragma once
// The inner loops of group normalization over rows of channels, sixteen channels at a time.

#include <cstdint>

#include "rows.h"
#include "silu.h"

namespace ldm {

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
