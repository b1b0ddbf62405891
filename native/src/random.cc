// Philox4x32-10 with the arithmetic of src/random: the same words, the same double precision expressions in the same
// order, one rounding to float32 at the end. Compiled without fused multiply-add; a change here is a change there.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "device.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;
using Block = std::array<uint32_t, 4>;

constexpr uint32_t kM0 = 0xd2511f53;
constexpr uint32_t kM1 = 0xcd9e8d57;
constexpr uint32_t kW0 = 0x9e3779b9;
constexpr uint32_t kW1 = 0xbb67ae85;

Block philox(uint32_t k0, uint32_t k1, const Block& counter) {
  auto [c0, c1, c2, c3] = counter;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = static_cast<uint64_t>(kM0) * c0;
    const uint64_t product1 = static_cast<uint64_t>(kM1) * c2;
    c0 = static_cast<uint32_t>(product1 >> 32) ^ c1 ^ k0;
    c1 = static_cast<uint32_t>(product1);
    c2 = static_cast<uint32_t>(product0 >> 32) ^ c3 ^ k1;
    c3 = static_cast<uint32_t>(product0);
    k0 += kW0;
    k1 += kW1;
  }
  return {c0, c1, c2, c3};
}

Block advance(Block counter, uint64_t blocks) {
  uint64_t carry = 0;
  for (size_t i = 0; i < 4; ++i) {
    const uint64_t sum = static_cast<uint64_t>(counter[i]) + (blocks & 0xffffffffu) + carry;
    counter[i] = static_cast<uint32_t>(sum);
    carry = sum >> 32;
    blocks >>= 32;
  }
  return counter;
}

// ln((word + 1) / 2^32).
double logUniform(uint32_t word) {
  if (word == 0xffffffffu) return 0.0;
  const uint32_t n = word + 1;
  int exponent = 31 - __builtin_clz(n);
  double m = static_cast<double>(n) / static_cast<double>(uint64_t{1} << exponent);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  const double s = (m - 1) / (m + 1);
  const double z = s * s;
  double p = 1.0 / 21;
  for (int k = 19; k >= 3; k -= 2) p = p * z + 1.0 / k;
  p = p * z + 1;
  return (exponent - 32) * 0.6931471805599453 + 2 * s * p;
}

double sinSmall(double a) {
  const double z = a * a;
  double p = -1.0 / 1307674368000.0;
  p = p * z + 1.0 / 6227020800.0;
  p = p * z - 1.0 / 39916800.0;
  p = p * z + 1.0 / 362880.0;
  p = p * z - 1.0 / 5040.0;
  p = p * z + 1.0 / 120.0;
  p = p * z - 1.0 / 6.0;
  p = p * z + 1;
  return a * p;
}

double cosSmall(double a) {
  const double z = a * a;
  double p = 1.0 / 20922789888000.0;
  p = p * z - 1.0 / 87178291200.0;
  p = p * z + 1.0 / 479001600.0;
  p = p * z - 1.0 / 3628800.0;
  p = p * z + 1.0 / 40320.0;
  p = p * z - 1.0 / 720.0;
  p = p * z + 1.0 / 24.0;
  p = p * z - 1.0 / 2.0;
  p = p * z + 1;
  return p;
}

void boxMuller(uint32_t radiusWord, uint32_t angleWord, float* out) {
  const double radius = std::sqrt(-2 * logUniform(radiusWord));
  const uint32_t octant = angleWord >> 29;
  const double fraction = static_cast<double>(angleWord & 0x1fffffffu) / 536870912.0;
  const double angle = ((octant & 1) == 1 ? 1 - fraction : fraction) * 0.7853981633974483;
  const double s = sinSmall(angle);
  const double c = cosSmall(angle);
  const bool swapped = ((octant + 1) & 2) != 0;
  const double cosine = swapped ? s : c;
  const double sine = swapped ? c : s;
  out[0] = static_cast<float>(radius * (octant >= 2 && octant <= 5 ? -cosine : cosine));
  out[1] = static_cast<float>(radius * (octant >= 4 ? -sine : sine));
}

void normals(const Block& words, float* out) {
  boxMuller(words[0], words[1], out);
  boxMuller(words[2], words[3], out + 2);
}

void uniforms(const Block& words, float* out) {
  for (size_t i = 0; i < 4; ++i) out[i] = static_cast<float>(words[i] >> 8) / 16777216.0f;
}

uint32_t word(int64_t value) {
  TORCH_CHECK(value >= 0 && value <= 0xffffffffLL, "key and counter are unsigned 32-bit words, found ", value);
  return static_cast<uint32_t>(value);
}

// Block b of the draw comes from counter + b, whatever thread computes it. Drawn on the CPU, so that every device has
// the same numbers.
Tensor draw(const Shape& shape, const Shape& key, const Shape& counter, void (*transform)(const Block&, float*)) {
  TORCH_CHECK(key.size() == 2 && counter.size() == 4, "needs a key of two words and a counter of four");
  const uint32_t k0 = word(key[0]);
  const uint32_t k1 = word(key[1]);
  const Block first = {word(counter[0]), word(counter[1]), word(counter[2]), word(counter[3])};
  Tensor result = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
  float* out = result.data_ptr<float>();
  const int64_t size = result.numel();
  at::parallel_for(0, (size + 3) / 4, 1024, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      const Block words = philox(k0, k1, advance(first, static_cast<uint64_t>(block)));
      if (block * 4 + 4 <= size) {
        transform(words, out + block * 4);
        continue;
      }
      std::array<float, 4> last;
      transform(words, last.data());
      std::copy_n(last.begin(), size - block * 4, out + block * 4);
    }
  });
  return result.to(currentDevice());
}

Tensor philoxNormal(const Shape& shape, const Shape& key, const Shape& counter) {
  return draw(shape, key, counter, normals);
}

Tensor philoxUniform(const Shape& shape, const Shape& key, const Shape& counter) {
  return draw(shape, key, counter, uniforms);
}

}  // namespace

Exports randomExports() { return {bind("philoxNormal", philoxNormal), bind("philoxUniform", philoxUniform)}; }

}  // namespace ldm
