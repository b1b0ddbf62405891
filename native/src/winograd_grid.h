#pragma once
// The tiles of F(2x2, 3x3): 4x4 input pixels for 2x2 output pixels each. With the input tile d, the filter g and the
// paper's matrices,
//
//   y = A^T [ (G g G^T) * (B^T d B) ] A.

#include "winograd_tiles.h"

namespace ldm {

constexpr int64_t kPoints = 16;

// The tiles of a batch of images.
struct Tiling {
  int64_t images;
  Offset input;
  Offset output;
  Offset before;
  int64_t rows() const { return divideUp(output.row, 2); }
  int64_t columns() const { return divideUp(output.column, 2); }
  int64_t count() const { return images * rows() * columns(); }
};

// A tile by its number: its image and its first output pixel.
struct Tile {
  int64_t image;
  int64_t row;
  int64_t column;
  Tile(const Tiling& tiling, int64_t number)
      : image(number / (tiling.rows() * tiling.columns())),
        row(number / tiling.columns() % tiling.rows() * 2),
        column(number % tiling.columns() * 2) {}
};

struct Quad {
  Lanes values[4];
  const Lanes& operator[](size_t i) const { return values[i]; }
  Lanes& operator[](size_t i) { return values[i]; }
};

// One row times B: [a, b, c, d] to [a - c, b + c, c - b, b - d].
inline Quad timesB(const Quad& d) { return {{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]}}; }

}  // namespace ldm
