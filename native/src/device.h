#pragma once
// Where the tensors of an environment lie, and whether the loops written here can work on them.
//
// LibTorch's operations run on every device it has; the loops of this addon read CPU memory. A function that has no
// other form says so where it is exported (`cpuOnly`); every other asks `useLoops` and has LibTorch do it elsewhere.

#include <ATen/core/Tensor.h>

namespace ldm {

// One per Node environment.
struct Placement {
  at::Device device{at::kCPU};
  // Off only in tests: the CPU then takes the ways of other devices, so that these are tested where no GPU is.
  bool loops = true;

  bool usesLoops() const { return loops && device.is_cpu(); }
};

// For its lifetime, what the functions below go by on this thread.
class PlacementScope {
 public:
  explicit PlacementScope(const Placement& placement);
  ~PlacementScope();
  PlacementScope(const PlacementScope&) = delete;
  PlacementScope& operator=(const PlacementScope&) = delete;

 private:
  const Placement* outer_;
};

at::Device currentDevice();

// The options of a new tensor of the environment that calls.
at::TensorOptions newTensor(at::ScalarType type);

// Whether the loops written here may read the tensor's memory.
bool useLoops(const at::Tensor& tensor);

// `cpu`, `cuda` (the first GPU) or `cuda:1`. Throws std::invalid_argument for another name and for a device that this
// LibTorch does not have, saying what it has.
at::Device deviceNamed(const std::string& name);

}  // namespace ldm
