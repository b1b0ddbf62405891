#pragma once
// Matrices transposed in memory, float32 or bfloat16 to either, sixteen rows of sixteen columns at a time.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "bfloat16.h"
#include "lanes.h"

namespace ldm {

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define LDM_SHUFFLES_LANES
#endif
#endif

#ifdef LDM_SHUFFLES_LANES

// Exchanges, in the pairs of rows `Distance` apart, the columns that far apart.
template <size_t Distance, size_t... Column>
inline void exchange(Lanes (&rows)[kLanes], std::index_sequence<Column...>) {
  for (size_t row = 0; row < kLanes; ++row) {
    if (row & Distance) continue;
    const Lanes upper = rows[row];
    const Lanes lower = rows[row + Distance];
    rows[row] = __builtin_shufflevector(upper, lower, (Column & Distance ? kLanes + Column - Distance : Column)...);
    rows[row + Distance] =
        __builtin_shufflevector(upper, lower, (Column & Distance ? kLanes + Column : Column + Distance)...);
  }
}

template <class In, class Out>
inline void transposeBlock(const In* from, int64_t fromRow, Out* to, int64_t toRow) {
  Lanes rows[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) rows[i] = load(from + i * fromRow);
  constexpr auto kColumns = std::make_index_sequence<kLanes>();
  exchange<8>(rows, kColumns);
  exchange<4>(rows, kColumns);
  exchange<2>(rows, kColumns);
  exchange<1>(rows, kColumns);
  for (int64_t i = 0; i < kLanes; ++i) save(rows[i], to + i * toRow);
}

#else

template <class In, class Out>
inline void transposeBlock(const In* from, int64_t fromRow, Out* to, int64_t toRow) {
  for (int64_t column = 0; column < kLanes; ++column) {
    for (int64_t row = 0; row < kLanes; ++row) store(widen(from[row * fromRow + column]), to[column * toRow + row]);
  }
}

#endif

// from [rows, columns], whose rows are `fromRow` apart, to [columns, rows], whose rows are `toRow` apart.
template <class In, class Out>
inline void transposeMatrix(const In* from, int64_t fromRow, Out* to, int64_t toRow, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    for (int64_t column = 0; column < columns; column += kLanes) {
      const In* block = from + row * fromRow + column;
      Out* turned = to + column * toRow + row;
      if (rows - row >= kLanes && columns - column >= kLanes) {
        transposeBlock(block, fromRow, turned, toRow);
        continue;
      }
      for (int64_t c = 0; c < std::min(kLanes, columns - column); ++c) {
        for (int64_t r = 0; r < std::min(kLanes, rows - row); ++r) {
          store(widen(block[r * fromRow + c]), turned[c * toRow + r]);
        }
      }
    }
  }
}

}  // namespace ldm
