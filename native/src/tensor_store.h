#pragma once
// Owns every tensor that JavaScript knows by number. One store per Node environment, freed with it.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <unordered_map>

namespace ldm {

class TensorStore {
 public:
  // Numbers are never used twice, so that a number kept after its tensor was dropped is found out.
  int64_t put(at::Tensor tensor);
  // Throws std::invalid_argument for a number that names no live tensor.
  const at::Tensor& get(int64_t id) const;
  void drop(int64_t id);
  size_t size() const { return tensors_.size(); }
  int64_t bytes() const;

 private:
  int64_t next_ = 1;
  std::unordered_map<int64_t, at::Tensor> tensors_;
};

}  // namespace ldm
