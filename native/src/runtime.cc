// Tensors in and out of JavaScript, their lifetime, and the engine's settings.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "device.h"
#include "memory_pool.h"
#include "ops.h"
#include "precision.h"

namespace ldm {
namespace {

napi_typedarray_type arrayType(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return napi_float32_array;
    case at::kInt: return napi_int32_array;
    default: return napi_uint8_array;
  }
}

// write(values, shape, dtype): copies a typed array of the dtype's own kind (Uint8Array for bool).
Napi::Value write(Arguments& args) {
  args.expectCount(3);
  const at::ScalarType type = scalarType(args.text(2));
  const Shape shape = args.integers(1);
  const Napi::Value value = args.value(0);
  napi_typedarray_type kind = napi_int8_array;
  size_t length = 0;
  void* bytes = nullptr;
  if (!value.IsTypedArray() ||
      napi_get_typedarray_info(args.env(), value, &kind, &length, &bytes, nullptr, nullptr) != napi_ok ||
      kind != arrayType(type)) {
    throw std::invalid_argument("argument 1 must be the typed array that holds " + args.text(2) + " values");
  }
  // The shape may be absurd: memory is asked for when it is known to fit.
  const at::Tensor layout = at::empty(shape, at::TensorOptions().dtype(type).device(at::kMeta));
  if (static_cast<int64_t>(length) != layout.numel()) {
    throw std::invalid_argument(describe(layout) + " holds " + std::to_string(layout.numel()) + " values, found " +
                                std::to_string(length));
  }
  at::Tensor tensor = at::empty(shape, at::TensorOptions().dtype(type));
  if (type == at::kBool) {
    // A C++ bool holds 0 or 1 and nothing else.
    bool* out = tensor.data_ptr<bool>();
    for (int64_t i = 0; i < tensor.numel(); ++i) out[i] = static_cast<const uint8_t*>(bytes)[i] != 0;
  } else if (tensor.numel() > 0) {
    std::memcpy(tensor.data_ptr(), bytes, tensor.nbytes());
  }
  return args.output(tensor.to(currentDevice()));
}

// A typed array for the values, made by its constructor in JavaScript: Node-API's own ends the process where memory
// runs out, the constructor throws.
Napi::Value arrayFor(Napi::Env env, const at::Tensor& tensor) {
  const at::ScalarType type = tensor.scalar_type();
  const char* name = type == at::kFloat ? "Float32Array" : type == at::kInt ? "Int32Array" : "Uint8Array";
  const Napi::Function constructor = env.Global().Get(name).As<Napi::Function>();
  try {
    return constructor.New({Napi::Number::New(env, static_cast<double>(tensor.numel()))});
  } catch (const Napi::Error&) {
    throw OutOfMemory(tensor.nbytes());
  }
}

// read(id): a copy of the values.
Napi::Value read(Arguments& args) {
  args.expectCount(1);
  const at::Tensor tensor = args.tensor(0).cpu().contiguous();
  const Napi::Value array = arrayFor(args.env(), tensor);
  napi_typedarray_type kind = napi_int8_array;
  size_t length = 0;
  void* bytes = nullptr;
  if (napi_get_typedarray_info(args.env(), array, &kind, &length, &bytes, nullptr, nullptr) != napi_ok ||
      kind != arrayType(tensor.scalar_type()) || static_cast<int64_t>(length) != tensor.numel()) {
    throw std::runtime_error("the constructors of typed arrays have been replaced");
  }
  if (length > 0) std::memcpy(bytes, tensor.data_ptr(), tensor.nbytes());
  return array;
}

Napi::Value dispose(Arguments& args) {
  args.expectCount(1);
  args.store().drop(args.integer(0));
  return args.env().Undefined();
}

// view(id, shape): another number for the same memory.
Napi::Value view(Arguments& args) {
  args.expectCount(2);
  const at::Tensor tensor = args.mixed(0);
  return args.output(tensor.view(args.integers(1)), true);
}

Napi::Value shapeOf(Arguments& args) {
  args.expectCount(1);
  const at::Tensor tensor = args.mixed(0);
  Napi::Array shape = Napi::Array::New(args.env(), static_cast<size_t>(tensor.dim()));
  for (int64_t i = 0; i < tensor.dim(); ++i) {
    shape.Set(static_cast<uint32_t>(i), Napi::Number::New(args.env(), static_cast<double>(tensor.size(i))));
  }
  return shape;
}

Napi::Value dtypeOf(Arguments& args) {
  args.expectCount(1);
  const at::ScalarType type = args.tensor(0).scalar_type();
  return Napi::String::New(args.env(), type == at::kFloat ? "float32" : type == at::kInt ? "int32" : "bool");
}

Napi::Value memory(Arguments& args) {
  args.expectCount(0);
  Napi::Object result = Napi::Object::New(args.env());
  result.Set("tensors", Napi::Number::New(args.env(), static_cast<double>(args.store().size())));
  result.Set("bytes", Napi::Number::New(args.env(), static_cast<double>(args.store().bytes())));
  result.Set("pooled", Napi::Number::New(args.env(), static_cast<double>(pooledBytes())));
  result.Set("limit", Napi::Number::New(args.env(), static_cast<double>(memoryLimit())));
  return result;
}

Napi::Value bfloat16(Arguments& args) {
  args.expectCount(0);
  return Napi::String::New(args.env(), bfloat16Support());
}

Napi::Value version(Arguments& args) {
  args.expectCount(0);
  return Napi::String::New(args.env(), TORCH_VERSION);
}

// OpenMP ends the process where the system refuses it a thread: no more than could be of use.
int64_t mostThreads() { return std::max<int64_t>(256, 4 * static_cast<int64_t>(std::thread::hardware_concurrency())); }

void setThreads(int64_t count) {
  TORCH_CHECK(count >= 1 && count <= mostThreads(), "the number of threads must be between 1 and ", mostThreads(),
              ", found ", count);
  at::set_num_threads(static_cast<int>(count));
#ifdef _OPENMP
  // A Python package of LibTorch brings an OpenMP of its own; the loops compiled here run on the system's.
  omp_set_num_threads(static_cast<int>(count));
#endif
  // OpenBLAS keeps a thread count of its own where LibTorch is linked against it.
  using SetCount = void (*)(int);
  if (auto* set = reinterpret_cast<SetCount>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
    set(static_cast<int>(count));
  }
}

double threads() { return at::get_num_threads(); }

void limitMemory(int64_t bytes) {
  TORCH_CHECK(bytes > 0, "the limit must be a positive number of bytes, found ", bytes);
  setMemoryLimit(static_cast<size_t>(bytes));
}

}  // namespace

Exports runtimeExports() {
  return {{"write", write},     {"read", read},       {"dispose", dispose}, {"view", view},
          {"shapeOf", shapeOf}, {"dtypeOf", dtypeOf}, {"memory", memory},   {"version", version},  {"bfloat16", bfloat16},
          bind("setThreads", setThreads), bind("threads", threads), bind("setPrecision", setPrecision),
          bind("setMemoryLimit", limitMemory)};
}

}  // namespace ldm
