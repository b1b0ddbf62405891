#include "memory_pool.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace ldm {
namespace {

constexpr size_t kSmallest = size_t{1} << 16;  // below it, the system's allocator is as good
constexpr size_t kHugePage = size_t{1} << 21;
constexpr size_t kAlignment = 64;
constexpr size_t kSlack = size_t{1} << 26;

// Sizes in steps of an eighth of a power of two, so that nearly equal tensors share blocks.
size_t sizeClass(size_t bytes) {
  size_t step = kSmallest / 8;
  while (step * 16 <= bytes) step *= 2;
  return (bytes + step - 1) / step * step;
}

class MemoryPool {
 public:
  void* take(size_t bytes) {
    const size_t size = sizeClass(bytes);
    const std::lock_guard<std::mutex> lock(mutex_);
    void* block = nullptr;
    const auto found = free_.find(size);
    if (found != free_.end()) {
      block = found->second.back();
      found->second.pop_back();
      if (found->second.empty()) free_.erase(found);
      pooled_ -= size;
    } else {
      // Sizes may change over a run: never hold much more than was in use at once.
      const size_t bound = peak_ + peak_ / 4 + kSlack;
      if (used_ + size + pooled_ > bound) trim(used_ + size > bound ? 0 : bound - used_ - size);
      block = reserve(size);
    }
    sizes_.emplace(block, size);
    used_ += size;
    peak_ = std::max(peak_, used_);
    return block;
  }

  // False for memory that is not the pool's.
  bool giveBack(void* block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    const size_t size = found->second;
    sizes_.erase(found);
    used_ -= size;
    pooled_ += size;
    free_[size].push_back(block);
    return true;
  }

  size_t pooled() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pooled_;
  }

 private:
  void* reserve(size_t size) {
    const size_t alignment = size >= kHugePage ? kHugePage : kAlignment;
    void* block = nullptr;
    if (posix_memalign(&block, alignment, size) != 0) {
      trim(0);
      if (posix_memalign(&block, alignment, size) != 0) throw std::bad_alloc();
    }
#ifdef MADV_HUGEPAGE
    if (size >= kHugePage) madvise(block, size, MADV_HUGEPAGE);
#endif
    return block;
  }

  // Returns pooled blocks to the system, the largest first, until no more than `bytes` are left.
  void trim(size_t bytes) {
    while (pooled_ > bytes && !free_.empty()) {
      const auto largest = std::prev(free_.end());
      std::free(largest->second.back());
      largest->second.pop_back();
      pooled_ -= largest->first;
      if (largest->second.empty()) free_.erase(largest);
    }
  }

  std::mutex mutex_;
  std::map<size_t, std::vector<void*>> free_;
  std::unordered_map<void*, size_t> sizes_;
  size_t used_ = 0;
  size_t pooled_ = 0;
  size_t peak_ = 0;
};

// Never destroyed: tensors may be dropped while the process ends.
MemoryPool& pool() {
  static MemoryPool* const instance = new MemoryPool();
  return *instance;
}

void release(void* block) {
  if (!pool().giveBack(block)) c10::GetDefaultCPUAllocator()->raw_deallocate(block);
}

at::DataPtr obtain(size_t bytes) {
  if (bytes < kSmallest) return c10::GetDefaultCPUAllocator()->allocate(bytes);
  void* block = pool().take(bytes);
  return {block, block, &release, at::Device(at::DeviceType::CPU)};
}

// LibTorch declares `allocate` const up to 2.2 and not const since, and `copy_data` since then: without `override`,
// whichever it declares is overridden.
class PoolAllocator final : public c10::Allocator {
 public:
  at::DataPtr allocate(size_t bytes) const { return obtain(bytes); }
  at::DataPtr allocate(size_t bytes) { return obtain(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const { std::memcpy(to, from, bytes); }
  at::DeleterFnPtr raw_deleter() const override { return &release; }
};

}  // namespace

void installMemoryPool() {
  static PoolAllocator* const allocator = [] {
    auto* installed = new PoolAllocator();
    c10::SetCPUAllocator(installed, 100);
    return installed;
  }();
  (void)allocator;
}

size_t pooledBytes() { return pool().pooled(); }

}  // namespace ldm
