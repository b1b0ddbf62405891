// Images of bytes as float32 tensors.

#include <ATen/ATen.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "device.h"
#include "ops.h"

namespace ldm {
namespace {

struct Bytes {
  const uint8_t* data;
  size_t size;
};

Bytes bytesOf(const Napi::Value& value) {
  napi_typedarray_type kind = napi_int8_array;
  size_t size = 0;
  void* data = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(value.Env(), value, &kind, &size, &data, nullptr, nullptr) != napi_ok ||
      kind != napi_uint8_array) {
    throw std::invalid_argument("argument 1 must be an array of byte arrays, found something else in it");
  }
  return {static_cast<const uint8_t*>(data), size};
}

// byte / 127.5 - 1 in double precision, rounded to float32, as JavaScript's form has it: (2 * byte - 255) / 255 without
// the division. None of the 256 values lies so near to the middle of two floats that the last bit of a double decides.
void widen(const Bytes& bytes, float* out) {
  for (size_t i = 0; i < bytes.size; ++i) out[i] = static_cast<float>((2 * bytes.data[i] - 255) * (1.0 / 255));
}

// pixelValues(parts, shape): a float32 tensor in [-1, 1] of consecutive parts, arrays of bytes that are only read. On
// one thread: it waits for memory more than for the processor, and the threads of an operation spin for a while after
// it, which keeps those that decode the next images from their work.
Napi::Value pixelValues(Arguments& args) {
  args.expectCount(2);
  const Napi::Value list = args.value(0);
  if (!list.IsArray()) throw std::invalid_argument("argument 1 must be an array of byte arrays, found no array");
  const Shape shape = args.integers(1);
  const auto items = list.As<Napi::Array>();
  std::vector<Bytes> parts;
  size_t size = 0;
  for (uint32_t i = 0; i < items.Length(); ++i) {
    parts.push_back(bytesOf(items.Get(i)));
    size += parts.back().size;
  }
  // The shape may be absurd: memory is asked for when it is known to fit.
  const at::Tensor layout = at::empty(shape, at::TensorOptions().dtype(at::kFloat).device(at::kMeta));
  if (static_cast<int64_t>(size) != layout.numel()) {
    throw std::invalid_argument(describe(layout) + " holds " + std::to_string(layout.numel()) + " values, found " +
                                std::to_string(size));
  }
  const at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(at::kFloat));
  float* out = tensor.data_ptr<float>();
  for (const Bytes& part : parts) {
    widen(part, out);
    out += part.size;
  }
  return args.output(tensor.to(currentDevice()));
}

}  // namespace

Exports pixelExports() { return {{"pixelValues", pixelValues}}; }

}  // namespace ldm
