#pragma once
// Loops over rows of channels, float32 or bfloat16, sixteen channels of four rows at a time.

#include <cstdint>
#include <type_traits>

#include "bfloat16.h"
#include "lanes.h"

namespace ldm {

// Rows that share one pass over what belongs to the channels.
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

}  // namespace ldm
