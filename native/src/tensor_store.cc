#include "tensor_store.h"

#include <atomic>
#include <stdexcept>
#include <string>
#include <unordered_set>

namespace ldm {

int64_t TensorStore::put(at::Tensor tensor) {
  static std::atomic<int64_t> next{1};
  const int64_t id = next++;
  tensors_.emplace(id, std::move(tensor));
  return id;
}

const at::Tensor& TensorStore::get(int64_t id) const {
  const auto found = tensors_.find(id);
  if (found == tensors_.end()) {
    throw std::invalid_argument("no live tensor has number " + std::to_string(id));
  }
  return found->second;
}

void TensorStore::drop(int64_t id) {
  if (tensors_.erase(id) == 0) {
    throw std::invalid_argument("no live tensor has number " + std::to_string(id));
  }
}

int64_t TensorStore::bytes() const {
  std::unordered_set<const void*> seen;
  int64_t total = 0;
  for (const auto& entry : tensors_) {
    const auto& storage = entry.second.storage();
    if (seen.insert(storage.unsafeGetStorageImpl()).second) total += static_cast<int64_t>(storage.nbytes());
  }
  return total;
}

}  // namespace ldm
