#include "device.h"

#include <ATen/ATen.h>

#include <stdexcept>
#include <string>

#include "ops.h"

namespace ldm {
namespace {

const Placement kDefault;
thread_local const Placement* placement = &kDefault;

// GPUs that LibTorch can use; 0 where it was built without CUDA.
int64_t cudaDevices() { return at::Context::hasCUDART() ? static_cast<int64_t>(at::getNumGPUs()) : 0; }

int64_t cudaIndex(const std::string& name) {
  if (name == "cuda") return 0;
  const std::string digits = name.rfind("cuda:", 0) == 0 ? name.substr(5) : "";
  if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos) {
    throw std::invalid_argument("a device is cpu, cuda or cuda:N, found '" + name + "'");
  }
  return std::stoll(digits);
}

Napi::Value device(Arguments& args) {
  args.expectCount(0);
  return Napi::String::New(args.env(), args.store().placement().device.str());
}

// setDevice(name): where tensors are made from now on.
Napi::Value setDevice(Arguments& args) {
  args.expectCount(1);
  const at::Device wanted = deviceNamed(args.text(0));
  Placement& placement = args.store().placement();
  if (wanted != placement.device && args.store().size() > 0) {
    throw std::invalid_argument(std::to_string(args.store().size()) + " tensors lie on " + placement.device.str() +
                                ": choose the device before the first of them");
  }
  placement.device = wanted;
  return args.env().Undefined();
}

Napi::Value setLoops(Arguments& args) {
  args.expectCount(1);
  args.store().placement().loops = args.boolean(0);
  return args.env().Undefined();
}

// What of CUDA is there: whether LibTorch was built with it, and how many GPUs it sees.
Napi::Value cuda(Arguments& args) {
  args.expectCount(0);
  Napi::Object result = Napi::Object::New(args.env());
  result.Set("built", Napi::Boolean::New(args.env(), at::Context::hasCUDART()));
  result.Set("devices", Napi::Number::New(args.env(), static_cast<double>(cudaDevices())));
  return result;
}

// TensorFloat-32 in products and convolutions on the GPU: 10 bits of fraction instead of 23.
void setTf32(bool allow) {
  at::globalContext().setAllowTF32CuBLAS(allow);
  at::globalContext().setAllowTF32CuDNN(allow);
}

}  // namespace

PlacementScope::PlacementScope(const Placement& own) : outer_(placement) { placement = &own; }
PlacementScope::~PlacementScope() { placement = outer_; }

at::Device currentDevice() { return placement->device; }

at::TensorOptions newTensor(at::ScalarType type) { return at::TensorOptions().dtype(type).device(placement->device); }

bool useLoops(const at::Tensor& tensor) { return placement->loops && tensor.device().is_cpu(); }

at::Device deviceNamed(const std::string& name) {
  if (name == "cpu") return at::Device(at::kCPU);
  const int64_t index = cudaIndex(name);
  if (!at::Context::hasCUDART()) throw std::invalid_argument("this LibTorch was built without CUDA");
  if (index >= cudaDevices()) {
    throw std::invalid_argument("LibTorch sees " + std::to_string(cudaDevices()) + " GPUs, there is no " + name);
  }
  return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

Exports deviceExports() {
  return {{"device", device},
          {"setDevice", setDevice},
          {"setLoops", setLoops},
          {"cuda", cuda},
          bind("setTf32", setTf32)};
}

}  // namespace ldm
