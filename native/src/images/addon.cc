// What loading images takes too long in JavaScript for, behind Node-API. Apart from the engine: it needs no LibTorch and
// is the same for every engine.
#include <napi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include "jpeg.h"

namespace {

class Decoding : public Napi::AsyncWorker {
 public:
  Decoding(Napi::Env env, Napi::Uint8Array bytes, Napi::Uint8Array out, unsigned width, unsigned height)
      : Napi::AsyncWorker(env, "ldm.decodeJpeg"),
        promise_(Napi::Promise::Deferred::New(env)),
        kept_bytes_(Napi::Persistent(bytes)),
        kept_out_(Napi::Persistent(out)),
        bytes_(bytes.Data()),
        size_(bytes.ByteLength()),
        out_(out.Data()),
        width_(width),
        height_(height),
        channels_(static_cast<int>(out.ByteLength() / (static_cast<size_t>(width) * height))) {}

  Napi::Promise promise() const { return promise_.Promise(); }

  void Execute() override { done_ = ldm::decode_jpeg(bytes_, size_, out_, width_, height_, channels_); }
  void OnOK() override { promise_.Resolve(Napi::Boolean::New(Env(), done_)); }
  void OnError(const Napi::Error& error) override { promise_.Reject(error.Value()); }

 private:
  Napi::Promise::Deferred promise_;
  // Their memory is not to be collected before the work is done.
  Napi::Reference<Napi::Uint8Array> kept_bytes_;
  Napi::Reference<Napi::Uint8Array> kept_out_;
  const uint8_t* bytes_;
  size_t size_;
  uint8_t* out_;
  unsigned width_;
  unsigned height_;
  int channels_;
  bool done_ = false;
};

// decodeJpeg(bytes, out, width, height): fills out, on one of libuv's threads, and says whether it could.
Napi::Value decode_jpeg(const Napi::CallbackInfo& info) {
  const auto out = info[1].As<Napi::Uint8Array>();
  const unsigned width = info[2].As<Napi::Number>().Uint32Value();
  const unsigned height = info[3].As<Napi::Number>().Uint32Value();
  const size_t pixels = static_cast<size_t>(width) * height;
  if (pixels == 0 || (out.ByteLength() != pixels && out.ByteLength() != 3 * pixels)) {
    throw Napi::RangeError::New(info.Env(), "decodeJpeg: the memory is not that of a gray or RGB image of the size");
  }
  auto* decoding = new Decoding(info.Env(), info[0].As<Napi::Uint8Array>(), out, width, height);
  const Napi::Promise promise = decoding->promise();
  decoding->Queue();
  return promise;
}

// widen(bytes, out, offset, table): writes each byte's value in a table of 256 into out from the offset on.
void widen(const Napi::CallbackInfo& info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  auto out = info[1].As<Napi::Float32Array>();
  const size_t offset = static_cast<size_t>(info[2].As<Napi::Number>().Int64Value());
  auto table = info[3].As<Napi::Float32Array>();
  const size_t size = bytes.ElementLength();
  if (table.ElementLength() != 256 || offset > out.ElementLength() || size > out.ElementLength() - offset) {
    throw Napi::RangeError::New(info.Env(), "widen: the table or the memory is too small");
  }
  std::array<float, 256> values;
  std::copy_n(table.Data(), values.size(), values.begin());
  const uint8_t* from = bytes.Data();
  float* to = out.Data() + offset;
  for (size_t i = 0; i < size; i++) to[i] = values[from[i]];
}

// Memory for batches, kept when one is collected: the system would have to clear fresh pages for every batch, which takes
// longer than to fill them.
class BatchMemory {
 public:
  float* take(size_t count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (auto block = free_.begin(); block != free_.end(); ++block) {
      if (block->second != count) continue;
      float* const memory = block->first;
      free_.erase(block);
      return memory;
    }
    return static_cast<float*>(std::malloc(count * sizeof(float)));
  }

  void give(float* memory, size_t count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.emplace_back(memory, count);
    if (free_.size() <= kMost) return;
    // The one that waited longest: batches of that size may not come again.
    std::free(free_.front().first);
    free_.erase(free_.begin());
  }

 private:
  static constexpr size_t kMost = 4;
  std::mutex mutex_;
  std::vector<std::pair<float*, size_t>> free_;
};

// Never destroyed: the last arrays are collected as the process ends.
BatchMemory& batch_memory() {
  static auto* const memory = new BatchMemory();
  return *memory;
}

// allocateFloats(count): a Float32Array of any values, which the caller writes over.
Napi::Value allocate_floats(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto count = static_cast<size_t>(info[0].As<Napi::Number>().Int64Value());
  float* const memory = batch_memory().take(count);
  if (memory == nullptr) throw Napi::RangeError::New(env, "allocateFloats: no memory for a batch");
  const auto give_back = [count](Napi::Env, void* data) { batch_memory().give(static_cast<float*>(data), count); };
  const auto buffer = Napi::ArrayBuffer::New(env, memory, count * sizeof(float), give_back);
  return Napi::Float32Array::New(env, count, buffer, 0);
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("decodeJpeg", Napi::Function::New(env, decode_jpeg, "decodeJpeg"));
  exports.Set("allocateFloats", Napi::Function::New(env, allocate_floats, "allocateFloats"));
  exports.Set("widen", Napi::Function::New(env, widen, "widen"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ldm_images, initialize)
