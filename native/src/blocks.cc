// Blocks of space moved into the batch or out of the channels, mirrored edges, diagonals.

#include <ATen/ATen.h>

#include <limits>

#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

int64_t product(const Shape& sizes) {
  int64_t total = 1;
  for (const int64_t size : sizes) {
    TORCH_CHECK(size <= std::numeric_limits<int32_t>::max() / total, "the blocks are too large");
    total *= size;
  }
  return total;
}

void checkBlocks(const Tensor& x, const Shape& blocks, const Shape& widths) {
  TORCH_CHECK(!blocks.empty() && static_cast<int64_t>(blocks.size()) < x.dim(),
              "needs a block size for some of the axes after the batch");
  TORCH_CHECK(widths.size() == 2 * blocks.size(), "needs two widths for each block size");
  for (const int64_t size : blocks) TORCH_CHECK(size > 0, "block sizes must be positive");
  for (const int64_t width : widths) TORCH_CHECK(width >= 0, "widths must not be negative");
}

// Each axis of space is padded by its widths before and after and cut into blocks, whose places go into the batch.
Tensor spaceToBatch(const Tensor& x, const Shape& blocks, const Shape& widths) {
  checkBlocks(x, blocks, widths);
  const auto axes = static_cast<int64_t>(blocks.size());
  Shape padding(2 * static_cast<size_t>(x.dim() - 1 - axes), 0);
  for (size_t i = blocks.size(); i-- > 0;) {
    padding.push_back(widths[2 * i]);
    padding.push_back(widths[2 * i + 1]);
  }
  const Tensor padded = at::constant_pad_nd(x, padding, 0);
  Shape cut{x.size(0)};
  Shape order;
  Shape result{x.size(0) * product(blocks)};
  for (int64_t i = 0; i < axes; ++i) {
    const int64_t block = blocks[static_cast<size_t>(i)];
    const int64_t size = padded.size(i + 1);
    TORCH_CHECK(size % block == 0, "the padded size ", size, " does not divide into blocks of ", block);
    cut.push_back(size / block);
    cut.push_back(block);
    order.push_back(2 * i + 2);
    result.push_back(size / block);
  }
  order.push_back(0);
  for (int64_t i = 0; i < axes; ++i) order.push_back(2 * i + 1);
  for (int64_t axis = axes + 1; axis < x.dim(); ++axis) {
    order.push_back(axis + axes);
    cut.push_back(x.size(axis));
    result.push_back(x.size(axis));
  }
  return padded.reshape(cut).permute(order).reshape(result);
}

// The way back; the widths are cut off.
Tensor batchToSpace(const Tensor& x, const Shape& blocks, const Shape& widths) {
  checkBlocks(x, blocks, widths);
  const auto axes = static_cast<int64_t>(blocks.size());
  const int64_t count = product(blocks);
  TORCH_CHECK(x.size(0) % count == 0, "a batch of ", x.size(0), " does not divide into blocks of ", count);
  Shape cut = blocks;
  cut.push_back(x.size(0) / count);
  Shape order{axes};
  Shape result{x.size(0) / count};
  for (int64_t axis = 1; axis < x.dim(); ++axis) {
    cut.push_back(x.size(axis));
    order.push_back(axes + axis);
    if (axis <= axes) order.push_back(axis - 1);
    result.push_back(axis <= axes ? x.size(axis) * blocks[static_cast<size_t>(axis - 1)] : x.size(axis));
  }
  Tensor whole = x.reshape(cut).permute(order).reshape(result);
  for (int64_t i = 0; i < axes; ++i) {
    const int64_t before = widths[2 * static_cast<size_t>(i)];
    const int64_t left = whole.size(i + 1) - before - widths[2 * static_cast<size_t>(i) + 1];
    TORCH_CHECK(left >= 0, "more is cut off than there is");
    whole = whole.narrow(i + 1, before, left);
  }
  return whole;
}

// Channels [N, H, W, block * block * C] to blocks of space [N, H * block, W * block, C].
Tensor depthToSpace(const Tensor& x, int64_t block) {
  TORCH_CHECK(x.dim() == 4, "the image must have the four axes NHWC");
  TORCH_CHECK(block > 0 && block <= std::max<int64_t>(x.size(3), 1) && x.size(3) % (block * block) == 0, x.size(3),
              " channels do not divide into blocks of ", block, "x", block);
  const int64_t channels = x.size(3) / (block * block);
  return x.reshape({x.size(0), x.size(1), x.size(2), block, block, channels})
      .permute({0, 1, 3, 2, 4, 5})
      .reshape({x.size(0), x.size(1) * block, x.size(2) * block, channels});
}

// `widths`: before and after, axis by axis. The edge itself is repeated where `symmetric`.
Tensor mirrorPad(const Tensor& x, const Shape& widths, bool symmetric) {
  TORCH_CHECK(widths.size() == 2 * static_cast<size_t>(x.dim()), "needs two widths for each axis");
  const int64_t edge = symmetric ? 1 : 0;
  Tensor y = x;
  for (int64_t axis = 0; axis < x.dim(); ++axis) {
    const int64_t before = widths[2 * static_cast<size_t>(axis)];
    const int64_t after = widths[2 * static_cast<size_t>(axis) + 1];
    const int64_t size = x.size(axis);
    if (before == 0 && after == 0) continue;
    const int64_t most = size - 1 + edge;
    TORCH_CHECK(before >= 0 && after >= 0 && before <= most && after <= most, "an axis of ", size,
                " cannot be mirrored by ", before, " and ", after);
    std::vector<int64_t> sources;
    for (int64_t i = -before; i < size + after; ++i) {
      sources.push_back(i < 0 ? -i - edge : i >= size ? 2 * (size - 1) - i + edge : i);
    }
    y = at::index_select(y, axis, at::tensor(sources, at::TensorOptions().dtype(at::kLong)));
  }
  return y;
}

// A square matrix with the values on its diagonal.
Tensor diag(const Tensor& x) { return at::diag(x.reshape({-1})); }

}  // namespace

Exports blocksExports() {
  return {bind("spaceToBatch", spaceToBatch), bind("batchToSpace", batchToSpace), bind("depthToSpace", depthToSpace),
          bind("mirrorPad", mirrorPad), bind("diag", diag)};
}

}  // namespace ldm
