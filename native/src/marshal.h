#pragma once
// The Node-API edge: JavaScript arguments to C++ values and back, and C++ exceptions to JavaScript errors. The maths
// in the other files never sees a napi_value; `bind` derives the conversion from a function's C++ signature.
//
//   at::Tensor               <-> the number of a stored tensor; one in bfloat16 comes in as float32
//   MixedTensor              <-  the number of a stored tensor, as it is stored
//   std::vector<…>           <-> an array of such numbers
//   Shape                    <-  an array of integers
//   double, int64_t, bool, std::string, and std::optional of any of them (null or undefined)

#include <ATen/core/Tensor.h>
#include <napi.h>

#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tensor_store.h"

namespace ldm {

using Shape = std::vector<int64_t>;

// A tensor that may be stored in bfloat16, see precision.h. An operation that takes it says that it can deal with both.
struct MixedTensor : at::Tensor {
  explicit MixedTensor(at::Tensor tensor) : at::Tensor(std::move(tensor)) {}
};

// The arguments of one call; remembers the tensors it handed out, for error messages and to keep outputs unshared.
class Arguments {
 public:
  explicit Arguments(const Napi::CallbackInfo& info);

  void expectCount(size_t count) const;
  size_t count() const { return info_.Length(); }
  Napi::Env env() const { return info_.Env(); }
  Napi::Value value(size_t i) const { return info_[i]; }
  bool absent(size_t i) const;

  at::Tensor tensor(size_t i);
  MixedTensor mixed(size_t i);
  std::vector<at::Tensor> tensors(size_t i);
  std::vector<MixedTensor> mixedTensors(size_t i);
  Shape integers(size_t i) const;
  double number(size_t i) const;
  int64_t integer(size_t i) const;
  bool boolean(size_t i) const;
  std::string text(size_t i) const;

  TensorStore& store() const { return *store_; }
  // Stores an output dense and, unless it is a view by intent, in memory of its own.
  Napi::Value output(at::Tensor tensor, bool mayShare = false);
  // The tensors decoded so far, e.g. `float32[4,32,32,3], float32[3,3,8,16]`.
  std::string describe() const;

 private:
  at::Tensor stored(const Napi::Value& value, size_t i);
  template <class T, class Make>
  std::vector<T> list(size_t i, Make make);
  [[noreturn]] void wrongType(size_t i, const char* expected) const;

  const Napi::CallbackInfo& info_;
  TensorStore* store_;
  std::vector<at::Tensor> seen_;
};

// One function of the addon.
struct Export {
  const char* name;
  std::function<Napi::Value(Arguments&)> call;
  // Reads CPU memory itself and has no form for other devices: refused there, and marked `cpuOnly` in JavaScript.
  bool isCpuOnly = false;
};
using Exports = std::vector<Export>;

// `float32[2,3]`, in tfjs's names.
std::string describe(const at::Tensor& tensor);
// tfjs's dtype names; only float32, int32 and bool have native tensors.
at::ScalarType scalarType(const std::string& dtype);

template <class T>
struct Decode;
template <>
struct Decode<at::Tensor> {
  static at::Tensor from(Arguments& args, size_t i) { return args.tensor(i); }
};
template <>
struct Decode<std::vector<at::Tensor>> {
  static std::vector<at::Tensor> from(Arguments& args, size_t i) { return args.tensors(i); }
};
template <>
struct Decode<MixedTensor> {
  static MixedTensor from(Arguments& args, size_t i) { return args.mixed(i); }
};
template <>
struct Decode<std::vector<MixedTensor>> {
  static std::vector<MixedTensor> from(Arguments& args, size_t i) { return args.mixedTensors(i); }
};
template <>
struct Decode<Shape> {
  static Shape from(Arguments& args, size_t i) { return args.integers(i); }
};
template <>
struct Decode<double> {
  static double from(Arguments& args, size_t i) { return args.number(i); }
};
template <>
struct Decode<int64_t> {
  static int64_t from(Arguments& args, size_t i) { return args.integer(i); }
};
template <>
struct Decode<bool> {
  static bool from(Arguments& args, size_t i) { return args.boolean(i); }
};
template <>
struct Decode<std::string> {
  static std::string from(Arguments& args, size_t i) { return args.text(i); }
};
template <class T>
struct Decode<std::optional<T>> {
  static std::optional<T> from(Arguments& args, size_t i) {
    if (args.absent(i)) return std::nullopt;
    return Decode<T>::from(args, i);
  }
};

inline Napi::Value encode(Arguments& args, at::Tensor result) { return args.output(std::move(result)); }
inline Napi::Value encode(Arguments& args, double result) { return Napi::Number::New(args.env(), result); }
Napi::Value encode(Arguments& args, std::vector<at::Tensor> results);

template <class Result, class... Params, size_t... I>
Napi::Value invoke(Arguments& args, Result (*function)(Params...), std::index_sequence<I...>) {
  args.expectCount(sizeof...(Params));
  // Braces, so that the arguments are decoded from left to right.
  std::tuple<std::decay_t<Params>...> values{Decode<std::decay_t<Params>>::from(args, I)...};
  if constexpr (std::is_void_v<Result>) {
    std::apply(function, values);
    return args.env().Undefined();
  } else {
    return encode(args, std::apply(function, values));
  }
}

// Exports a C++ function under a name, its arguments and result converted by its signature.
template <class Result, class... Params>
Export bind(const char* name, Result (*function)(Params...)) {
  return {name, [function](Arguments& args) {
            return invoke(args, function, std::index_sequence_for<Params...>{});
          },
          false};
}

inline Export cpuOnly(Export entry) {
  entry.isCpuOnly = true;
  return entry;
}

// Installs the exports; each call runs without autograd, and what it throws becomes a JavaScript error with the code
// ERR_LDM_TORCH that names the operation and its tensors; where memory ran out, also with `requestedBytes`, 0 where
// LibTorch does not say how much it asked for.
void install(Napi::Env env, Napi::Object target, const Exports& exports);

}  // namespace ldm
