#pragma once
// Owns every tensor that JavaScript knows by number. One store per Node environment, freed with it.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <unordered_map>

#include "device.h"

namespace ldm {

class TensorStore {
 public:
  // Numbers are never used twice in the process, so that a number kept after its tensor was dropped, or handed over
  // from another environment, is found out.
  int64_t put(at::Tensor tensor);
  // Throws std::invalid_argument for a number that names no live tensor.
  const at::Tensor& get(int64_t id) const;
  void drop(int64_t id);
  size_t size() const { return tensors_.size(); }
  int64_t bytes() const;
  Placement& placement() { return placement_; }

 private:
  Placement placement_;
  std::unordered_map<int64_t, at::Tensor> tensors_;
};

}  // namespace ldm
