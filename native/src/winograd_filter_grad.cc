#include "tasks.h"
#include "winograd.h"
#include "winograd_grid.h"

namespace ldm {
namespace {

using at::Tensor;

// A row of B^T d from the four rows of d, likewise.
inline Lanes rowOfB(int64_t row, const Lanes& a, const Lanes& b, const Lanes& c, const Lanes& d) {
  switch (row) {
    case 0: return a - c;
    case 1: return b + c;
    case 2: return c - b;
    default: return b - d;
  }
}

// The filter's gradient, row by row of the transformed points, so that threads share no sums: for one row and a block
// of input channels, dU = (B^T d B)^T (A dy A^T) over all tiles, and from it the row of dU G.
template <class Cells, class T>
class FilterGradient {
 public:
  FilterGradient(const Tensor& x, const Tensor& dy, const Offset& before)
      : tiling_{x.size(0), {x.size(1), x.size(2)}, {dy.size(1), dy.size(2)}, before},
        inputs_(x.size(3)),
        outputs_(dy.size(3)),
        block_(inputsOfTask(inputs_)),
        x_(x),
        dy_(dy) {}

  Tensor run() const {
    const int64_t blocks = divideUp(inputs_, block_);
    // [row of points, column of the filter, input, output]
    const Scratch rows(4, 3 * inputs_ * outputs_);
    const int64_t scratch = 4 * (kDepth * (block_ + outputs_) + block_ * outputs_);
    forEachTask(4 * blocks, scratch, [&](int64_t task, float* memory) {
      rowOfPoints(task / blocks, task % blocks * block_, memory, rows.part(task / blocks));
    });
    Tensor dw = at::empty({3, 3, inputs_, outputs_}, at::kFloat);
    finish(rows, dw.data_ptr<float>());
    return dw;
  }

 private:
  // Input channels that share the transforms of dy: as many as leave their sums in the cache and a task to each thread.
  static int64_t inputsOfTask(int64_t inputs) {
    int64_t block = 128;
    while (block > 2 * kLanes && 4 * divideUp(inputs, block) < at::get_num_threads()) block /= 2;
    return block;
  }
  // Cells along the tiles of a block.
  static constexpr int64_t kDepth = kTiles / Cells::kPerCell;

  void rowOfPoints(int64_t row, int64_t firstInput, float* memory, float* result) const {
    const int64_t inputs = std::min(block_, inputs_ - firstInput);
    float* v = memory;
    float* d = v + 4 * kDepth * block_;
    float* sums = d + 4 * kDepth * outputs_;
    std::fill(sums, sums + 4 * block_ * outputs_, 0.0f);
    for (int64_t first = 0; first < tiling_.count(); first += kTiles) {
      const int64_t depth = divideUp(std::min(kTiles, tiling_.count() - first), Cells::kPerCell);
      for (int64_t cell = 0; cell < depth; ++cell) {
        transformInputRow(row, first + cell * Cells::kPerCell, firstInput, inputs, v + cell * inputs);
        transformGradientRow(row, first + cell * Cells::kPerCell, cell, depth, d);
      }
      for (int64_t point = 0; point < 4; ++point) {
        multiplyPanels<true, Cells>(v + point * kDepth * inputs, d + point * kDepth * outputs_,
                                    sums + point * block_ * outputs_,
                                    {inputs, outputs_, depth, 1, inputs, 0, outputs_});
      }
    }
    // Times G, from four points to the three columns of the filter.
    const int64_t size = inputs * outputs_;
    const int64_t point = block_ * outputs_;
    for (int64_t i = 0; i < size; i += kLanes) {
      const Lanes inner = 0.5f * (lanesAt(sums + point + i) + lanesAt(sums + 2 * point + i));
      float* to = result + firstInput * outputs_ + i;
      lanesAt(to) = lanesAt(sums + i) + inner;
      lanesAt(to + inputs_ * outputs_) = 0.5f * (lanesAt(sums + point + i) - lanesAt(sums + 2 * point + i));
      lanesAt(to + 2 * inputs_ * outputs_) = inner + lanesAt(sums + 3 * point + i);
    }
  }

  // Where a tile's pixels lie; those of a tile past the last are zero.
  struct InputTile {
    const T* from[4][4];
    InputTile(const FilterGradient& g, int64_t number, int64_t firstInput) {
      const Tile tile(g.tiling_, number);
      const bool exists = number < g.tiling_.count();
      for (int64_t i = 0; i < kPoints; ++i) {
        const int64_t row = exists ? tile.row - g.tiling_.before.row + i / 4 : -1;
        from[i / 4][i % 4] = g.x_.at(tile.image, row, tile.column - g.tiling_.before.column + i % 4) + firstInput;
      }
    }
    // A row of B^T d B.
    Quad transformed(int64_t row, int64_t c) const {
      Quad line;
      for (size_t j = 0; j < 4; ++j) {
        line[j] = rowOfB(row, load(from[0][j] + c), load(from[1][j] + c), load(from[2][j] + c), load(from[3][j] + c));
      }
      return timesB(line);
    }
  };

  struct GradientTile {
    const T* from[2][2];
    GradientTile(const FilterGradient& g, int64_t number) {
      const Tile tile(g.tiling_, number);
      const bool exists = number < g.tiling_.count();
      for (int64_t i = 0; i < 4; ++i) {
        from[i / 2][i % 2] = g.dy_.at(tile.image, exists ? tile.row + i / 2 : -1, tile.column + i % 2);
      }
    }
    // A row of A dy A^T.
    Quad transformed(int64_t row, int64_t c) const {
      const auto line = [&](size_t j) -> Lanes {
        switch (row) {
          case 0: return load(from[0][j] + c);
          case 1: return load(from[0][j] + c) + load(from[1][j] + c);
          case 2: return load(from[0][j] + c) - load(from[1][j] + c);
          default: return -load(from[1][j] + c);
        }
      };
      const Lanes left = line(0);
      const Lanes right = line(1);
      return {{left, left + right, left - right, -right}};
    }
  };

  // The cells v[point][tile / kPerCell][input] of the tiles from `number` on.
  void transformInputRow(int64_t row, int64_t number, int64_t firstInput, int64_t inputs, float* v) const {
    const InputTile own(*this, number, firstInput);
    const InputTile next(*this, number + Cells::kPerCell - 1, firstInput);
    for (int64_t c = 0; c < inputs; c += kLanes) {
      saveCells(own, next, row, c, v + c, kDepth * inputs);
    }
  }

  // The cells d[point][panel][tile / kPerCell][column].
  void transformGradientRow(int64_t row, int64_t number, int64_t cell, int64_t depth, float* d) const {
    const GradientTile own(*this, number);
    const GradientTile next(*this, number + Cells::kPerCell - 1);
    for (int64_t c = 0; c < outputs_; c += kLanes) {
      const int64_t panel = c / kPanel * kPanel;
      const int64_t width = std::min(kPanel, outputs_ - panel);
      saveCells(own, next, row, c, d + panel * depth + cell * width + c - panel, kDepth * outputs_);
    }
  }

  template <class AnyTile>
  static void saveCells(const AnyTile& own, const AnyTile& next, int64_t row, int64_t c, float* to, int64_t point) {
    const Quad values = own.transformed(row, c);
    if constexpr (Cells::kPerCell == 1) {
      for (size_t j = 0; j < 4; ++j, to += point) lanesAt(to) = values[j];
    } else {
      const Quad others = next.transformed(row, c);
      for (size_t j = 0; j < 4; ++j, to += point) lanesAt(to) = pairs(values[j], others[j]);
    }
  }

  // G^T times the rows of points.
  void finish(const Scratch& rows, float* dw) const {
    const int64_t size = 3 * inputs_ * outputs_;
    at::parallel_for(0, size / kLanes, 1024, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin * kLanes; i < end * kLanes; i += kLanes) {
        const Lanes& sum = lanesAt(rows.part(1) + i);
        const Lanes& difference = lanesAt(rows.part(2) + i);
        const Lanes inner = 0.5f * (sum + difference);
        lanesAt(dw + i) = lanesAt(rows.part(0) + i) + inner;
        lanesAt(dw + size + i) = 0.5f * (sum - difference);
        lanesAt(dw + 2 * size + i) = inner + lanesAt(rows.part(3) + i);
      }
    });
  }

  Tiling tiling_;
  int64_t inputs_;
  int64_t outputs_;
  int64_t block_;
  Pixels<T> x_;
  Pixels<T> dy_;
};

}  // namespace

Tensor winogradFilterGrad(const Tensor& x, const Tensor& dy, const Offset& before) {
  return x.scalar_type() == at::kBFloat16 ? FilterGradient<ReducedCells, at::BFloat16>(x, dy, before).run()
                                          : FilterGradient<Floats, float>(x, dy, before).run();
}

}  // namespace ldm
