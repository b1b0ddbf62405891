// What loading images takes too long in JavaScript for, behind Node-API. Apart from the engine: it needs no LibTorch and
// is the same for every engine.
#include <napi.h>

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

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("decodeJpeg", Napi::Function::New(env, decode_jpeg, "decodeJpeg"));
  return exports;
}

}  // namespace

NODE_API_MODULE(ldm_images, initialize)
