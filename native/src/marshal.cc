#include "marshal.h"

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <cmath>
#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "memory_pool.h"

namespace ldm {
namespace {

constexpr double kLargestInteger = 9007199254740991.0;  // Number.MAX_SAFE_INTEGER
constexpr int64_t kMostAxes = 64;                        // as in PyTorch

bool isInteger(double number) { return std::trunc(number) == number && std::abs(number) <= kLargestInteger; }

std::string typeName(const Napi::Value& value) {
  switch (value.Type()) {
    case napi_undefined: return "undefined";
    case napi_null: return "null";
    case napi_boolean: return "a boolean";
    case napi_number: return "the number " + value.ToString().Utf8Value();
    case napi_string: return "a string";
    case napi_function: return "a function";
    case napi_object: return value.IsArray() ? "an array" : "an object";
    default: return "a value of another type";
  }
}

// An array may claim four billion entries and hold none.
size_t expectedLength(const Napi::Array& array) { return std::min<size_t>(array.Length(), 4096); }

}  // namespace

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "an undefined tensor";
  std::ostringstream text;
  switch (tensor.scalar_type()) {
    case at::kFloat: text << "float32"; break;
    case at::kBFloat16: text << "bfloat16"; break;
    case at::kInt: text << "int32"; break;
    case at::kBool: text << "bool"; break;
    default: text << tensor.scalar_type();
  }
  text << '[';
  for (int64_t i = 0; i < tensor.dim(); ++i) text << (i > 0 ? "," : "") << tensor.size(i);
  text << ']';
  return text.str();
}

at::ScalarType scalarType(const std::string& dtype) {
  if (dtype == "float32") return at::kFloat;
  if (dtype == "int32") return at::kInt;
  if (dtype == "bool") return at::kBool;
  throw std::invalid_argument("dtype must be float32, int32 or bool, found '" + dtype + "'");
}

Arguments::Arguments(const Napi::CallbackInfo& info) : info_(info), store_(info.Env().GetInstanceData<TensorStore>()) {}

void Arguments::expectCount(size_t count) const {
  if (info_.Length() != count) {
    throw std::invalid_argument("expected " + std::to_string(count) + " arguments, found " +
                                std::to_string(info_.Length()));
  }
}

void Arguments::wrongType(size_t i, const char* expected) const {
  throw std::invalid_argument("argument " + std::to_string(i + 1) + " must be " + expected + ", found " +
                              typeName(info_[i]));
}

bool Arguments::absent(size_t i) const { return info_[i].IsUndefined() || info_[i].IsNull(); }

at::Tensor Arguments::stored(const Napi::Value& value, size_t i) {
  const double id = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0.5;
  if (!isInteger(id)) wrongType(i, "the number of a tensor");
  const at::Tensor& tensor = store_->get(static_cast<int64_t>(id));
  seen_.push_back(tensor);
  return tensor;
}

namespace {

at::Tensor asFloat32(at::Tensor tensor) {
  return tensor.scalar_type() == at::kBFloat16 ? tensor.to(at::kFloat) : tensor;
}

}  // namespace

at::Tensor Arguments::tensor(size_t i) { return asFloat32(stored(info_[i], i)); }

MixedTensor Arguments::mixed(size_t i) { return MixedTensor(stored(info_[i], i)); }

template <class T, class Make>
std::vector<T> Arguments::list(size_t i, Make make) {
  if (!info_[i].IsArray()) wrongType(i, "an array of tensor numbers");
  const Napi::Array array = info_[i].As<Napi::Array>();
  std::vector<T> result;
  result.reserve(expectedLength(array));
  for (uint32_t k = 0; k < array.Length(); ++k) result.push_back(make(stored(array.Get(k), i)));
  return result;
}

std::vector<at::Tensor> Arguments::tensors(size_t i) { return list<at::Tensor>(i, asFloat32); }

std::vector<MixedTensor> Arguments::mixedTensors(size_t i) {
  return list<MixedTensor>(i, [](at::Tensor tensor) { return MixedTensor(std::move(tensor)); });
}

Shape Arguments::integers(size_t i) const {
  if (!info_[i].IsArray()) wrongType(i, "an array of integers");
  const Napi::Array array = info_[i].As<Napi::Array>();
  Shape result;
  result.reserve(expectedLength(array));
  for (uint32_t k = 0; k < array.Length(); ++k) {
    const Napi::Value value = array.Get(k);
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0.5;
    if (!isInteger(number)) wrongType(i, "an array of integers");
    result.push_back(static_cast<int64_t>(number));
  }
  return result;
}

double Arguments::number(size_t i) const {
  if (!info_[i].IsNumber()) wrongType(i, "a number");
  return info_[i].As<Napi::Number>().DoubleValue();
}

int64_t Arguments::integer(size_t i) const {
  const double value = info_[i].IsNumber() ? info_[i].As<Napi::Number>().DoubleValue() : 0.5;
  if (!isInteger(value)) wrongType(i, "an integer");
  return static_cast<int64_t>(value);
}

bool Arguments::boolean(size_t i) const {
  if (!info_[i].IsBoolean()) wrongType(i, "a boolean");
  return info_[i].As<Napi::Boolean>().Value();
}

std::string Arguments::text(size_t i) const {
  if (!info_[i].IsString()) wrongType(i, "a string");
  return info_[i].As<Napi::String>().Utf8Value();
}

Napi::Value Arguments::output(at::Tensor tensor, bool mayShare) {
  TORCH_CHECK(tensor.dim() <= kMostAxes, "a tensor has at most ", kMostAxes, " axes, this would have ", tensor.dim());
  at::Tensor dense = tensor.contiguous();
  if (!mayShare) {
    for (const at::Tensor& input : seen_) {
      if (dense.is_alias_of(input)) {
        dense = dense.clone();
        break;
      }
    }
  }
  return Napi::Number::New(env(), static_cast<double>(store_->put(std::move(dense))));
}

std::string Arguments::describe() const {
  std::string text;
  for (size_t i = 0; i < seen_.size(); ++i) {
    if (i == 8 && seen_.size() > 9) return text + ", and " + std::to_string(seen_.size() - i) + " more";
    text += (i > 0 ? ", " : "") + ldm::describe(seen_[i]);
  }
  return text;
}

Napi::Value encode(Arguments& args, std::vector<at::Tensor> results) {
  Napi::Array ids = Napi::Array::New(args.env(), results.size());
  size_t stored = 0;
  try {
    for (; stored < results.size(); ++stored) {
      ids.Set(static_cast<uint32_t>(stored), args.output(std::move(results[stored])));
    }
  } catch (...) {
    // Nobody will know the numbers of the ones that were stored.
    for (size_t i = 0; i < stored; ++i) {
      const Napi::Value id = ids.Get(static_cast<uint32_t>(i));
      args.store().drop(id.As<Napi::Number>().Int64Value());
    }
    throw;
  }
  return ids;
}

namespace {

template <class NapiError = Napi::Error>
NapiError failure(Napi::Env env, const Export& entry, const Arguments& args, const std::string& reason) {
  // LibTorch appends where in its own sources a check failed: of no use to the caller.
  const std::string firstLines = reason.substr(0, reason.find("\nException raised from"));
  NapiError error = NapiError::New(env, std::string(entry.name) + "(" + args.describe() + "): " + firstLines);
  error.Set("code", Napi::String::New(env, "ERR_LDM_TORCH"));
  error.Set("reason", Napi::String::New(env, firstLines));
  return error;
}

Napi::Error outOfMemory(Napi::Env env, const Export& entry, const Arguments& args, size_t requested,
                        const std::string& reason) {
  Napi::Error error = failure(env, entry, args, reason);
  error.Set("requestedBytes", Napi::Number::New(env, static_cast<double>(requested)));
  return error;
}

Napi::Value dispatch(const Napi::CallbackInfo& info) {
  const Export& entry = *static_cast<const Export*>(info.Data());
  const c10::InferenceMode withoutAutograd;
  Arguments args(info);
  const Placement& placement = args.store().placement();
  const PlacementScope scope(placement);
  try {
    if (entry.isCpuOnly && !placement.usesLoops()) {
      throw std::invalid_argument("has no form for devices other than the CPU, in use is " + placement.device.str());
    }
    return entry.call(args);
  } catch (const Napi::Error&) {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    throw outOfMemory(info.Env(), entry, args, 0, error.what_without_backtrace());
  } catch (const c10::Error& error) {
    throw failure(info.Env(), entry, args, error.what_without_backtrace());
  } catch (const OutOfMemory& error) {
    throw outOfMemory(info.Env(), entry, args, error.requested(),
                      "out of memory, asked for " + std::to_string(error.requested()) + " bytes");
  } catch (const std::bad_alloc&) {
    releasePooled();
    throw outOfMemory(info.Env(), entry, args, 0, "out of memory");
  } catch (const std::out_of_range& error) {
    throw failure<Napi::RangeError>(info.Env(), entry, args, error.what());
  } catch (const std::exception& error) {
    throw failure(info.Env(), entry, args, error.what());
  } catch (...) {
    throw failure(info.Env(), entry, args, "an exception of unknown type");
  }
}

}  // namespace

void install(Napi::Env env, Napi::Object target, const Exports& exports) {
  for (const Export& entry : exports) {
    auto owned = std::make_unique<Export>(entry);
    Export* data = owned.get();
    Napi::Function function = Napi::Function::New(env, dispatch, entry.name, data);
    if (entry.isCpuOnly) function.Set("cpuOnly", Napi::Boolean::New(env, true));
    target.Set(entry.name, function);
    env.AddCleanupHook([](Export* dead) { delete dead; }, owned.release());
  }
}

}  // namespace ldm
