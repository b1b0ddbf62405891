#include "row_sums.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "rows.h"

namespace ldm {
namespace {

// Values, and rows, of a block: few enough to be summed in float32.
constexpr int64_t kBlockValues = 16384;
constexpr int64_t kBlockRows = 256;
// Blocks that are worth waking a thread: they are read at the speed of memory.
constexpr int64_t kBlocksOfThread = 8;

template <class Element>
void addRows(const Element* x, float* sum, int64_t rows, int64_t channels) {
  forRows(rows, [&](int64_t row, auto count) {
    forColumns(channels, [&](int64_t c, auto zero) {
      using T = decltype(zero);
      T total = valueAt<T>(sum + c);
      for (int64_t r = 0; r < count; ++r) total += valueAt<T>(x + (row + r) * channels + c);
      put(total, sum + c);
    });
  });
}

template <class Element>
void sumBlocks(const Element* x, int64_t outer, int64_t rows, int64_t channels, float* sums) {
  const int64_t blockRows = std::min(kBlockRows, std::max<int64_t>(1, kBlockValues / channels));
  const int64_t blocks = (rows + blockRows - 1) / blockRows;
  std::vector<float> partial(static_cast<size_t>(outer * blocks * channels), 0.0f);
  at::parallel_for(0, outer * blocks, kBlocksOfThread, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const int64_t begin = i % blocks * blockRows;
      const int64_t count = std::min(rows - begin, blockRows);
      addRows(x + (i / blocks * rows + begin) * channels, partial.data() + i * channels, count, channels);
    }
  });
  std::vector<double> totals(static_cast<size_t>(channels));
  for (int64_t o = 0; o < outer; ++o) {
    std::fill(totals.begin(), totals.end(), 0.0);
    for (int64_t block = 0; block < blocks; ++block) {
      const float* of = partial.data() + (o * blocks + block) * channels;
      for (int64_t c = 0; c < channels; ++c) totals[static_cast<size_t>(c)] += of[c];
    }
    std::copy(totals.begin(), totals.end(), sums + o * channels);
  }
}

}  // namespace

void sumRows(const at::Tensor& x, int64_t outer, int64_t rows, int64_t channels, at::Tensor& sums) {
  if (x.scalar_type() == at::kFloat) {
    sumBlocks(x.data_ptr<float>(), outer, rows, channels, sums.data_ptr<float>());
  } else {
    sumBlocks(x.data_ptr<c10::BFloat16>(), outer, rows, channels, sums.data_ptr<float>());
  }
}

}  // namespace ldm
