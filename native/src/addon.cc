// Registration of the addon: its functions, by group, on the module's exports.

#include <dlfcn.h>

#include "memory_pool.h"
#include "ops.h"
#include "tensor_store.h"

namespace {

// Node unloads an addon with the last worker that loaded it; but LibTorch keeps our allocator, and its threads run on.
void stayLoaded() {
  Dl_info own;
  if (dladdr(reinterpret_cast<const void*>(&stayLoaded), &own) != 0 && own.dli_fname != nullptr) {
    dlopen(own.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  stayLoaded();
  ldm::installMemoryPool();
  env.SetInstanceData(new ldm::TensorStore());
  for (const auto& group : {
           ldm::runtimeExports(),
           ldm::deviceExports(),
           ldm::unaryExports(),
           ldm::binaryExports(),
           ldm::reduceExports(),
           ldm::matmulExports(),
           ldm::convExports(),
           ldm::poolExports(),
           ldm::resizeExports(),
           ldm::layoutExports(),
           ldm::indexingExports(),
           ldm::normExports(),
           ldm::layerNormExports(),
           ldm::activationExports(),
           ldm::attentionExports(),
           ldm::upsampleConvExports(),
           ldm::lossExports(),
           ldm::optimExports(),
           ldm::randomExports(),
           ldm::conv3dExports(),
           ldm::poolWindowExports(),
           ldm::resizeBilinearExports(),
           ldm::scatterExports(),
           ldm::sortExports(),
           ldm::fftExports(),
           ldm::channelNormExports(),
           ldm::blocksExports(),
           ldm::sequenceExports(),
           ldm::pixelExports(),
       }) {
    ldm::install(env, exports, group);
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(ldm_torch, initialize)
