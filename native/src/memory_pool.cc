#include "memory_pool.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace ldm {
namespace {

constexpr size_t kSmallest = size_t{1} << 16;  // below it, the system's allocator is as good
constexpr size_t kHugePage = size_t{1} << 21;
constexpr size_t kAlignment = 64;
constexpr size_t kSlack = size_t{1} << 26;
constexpr size_t kMostWaste = 2;  // a block may be larger than its tensor by half
constexpr size_t kLargest = SIZE_MAX / 32;  // more than any address space; keeps the arithmetic on sizes exact

// Whether the address space has room for what the rest of the process will need: JavaScript's heap, threads. Node ends
// the process where it finds none; so the last of it is not for tensors.
bool leavesRoom() {
  constexpr size_t kRoom = size_t{1} << 27;
  void* room = mmap(nullptr, kRoom, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) return false;
  munmap(room, kRoom);
  return true;
}

// Null where the system refuses.
void* allocate(size_t size) {
  void* block = nullptr;
  if (posix_memalign(&block, size >= kHugePage ? kHugePage : kAlignment, size) != 0) return nullptr;
  if (leavesRoom()) return block;
  std::free(block);
  return nullptr;
}

// Sizes in steps of an eighth of a power of two, so that nearly equal tensors share blocks.
size_t sizeClass(size_t bytes) {
  size_t step = kSmallest / 8;
  while (step * 16 <= bytes) step *= 2;
  return (bytes + step - 1) / step * step;
}

class MemoryPool {
 public:
  void* take(size_t bytes) {
    if (bytes > kLargest) throw OutOfMemory(bytes);
    size_t size = sizeClass(bytes);
    const std::lock_guard<std::mutex> lock(mutex_);
    void* block = nullptr;
    const auto found = fitting(size);
    if (found != free_.end()) {
      size = found->first;
      block = found->second.back();
      found->second.pop_back();
      if (found->second.empty()) free_.erase(found);
      pooled_ -= size;
    } else {
      // Sizes may change over a run: never hold much more than was in use at once.
      const size_t bound = peak_ + peak_ / 4 + kSlack;
      if (used_ + size + pooled_ > bound) trim(used_ + size > bound ? 0 : bound - used_ - size);
      block = reserve(size, bytes);
    }
    try {
      sizes_.emplace(block, size);
    } catch (const std::bad_alloc&) {
      std::free(block);
      throw;
    }
    used_ += size;
    peak_ = std::max(peak_, used_);
    return block;
  }

  // False for memory that is not the pool's. Called by destructors: keeps to what cannot fail.
  bool giveBack(void* block) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    const size_t size = found->second;
    sizes_.erase(found);
    used_ -= size;
    try {
      free_[size].push_back(block);
      pooled_ += size;
    } catch (const std::bad_alloc&) {
      std::free(block);
    }
    return true;
  }

  size_t pooled() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pooled_;
  }

  void release() {
    const std::lock_guard<std::mutex> lock(mutex_);
    trim(0);
  }

  void setLimit(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    limit_ = bytes;
  }

  size_t limit() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return limit_;
  }

 private:
  using FreeBlocks = std::map<size_t, std::vector<void*>>;

  // The smallest free blocks of `size` or a little more.
  FreeBlocks::iterator fitting(size_t size) {
    auto found = free_.lower_bound(size);
    while (found != free_.end() && found->second.empty()) ++found;
    return found != free_.end() && found->first - size <= size / kMostWaste ? found : free_.end();
  }

  // A block of `size` bytes, where `bytes` were asked for.
  void* reserve(size_t size, size_t bytes) {
    if (size > limit_ || used_ > limit_ - size) {
      trim(0);
      throw OutOfMemory(bytes);
    }
    if (used_ + pooled_ > limit_ - size) trim(limit_ - size - used_);
    void* block = allocate(size);
    if (block == nullptr) {
      // What is kept for later may be what is missing now.
      trim(0);
      block = allocate(size);
      if (block == nullptr) throw OutOfMemory(bytes);
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
      // Empty where a block could not be kept.
      if (!largest->second.empty()) {
        std::free(largest->second.back());
        largest->second.pop_back();
        pooled_ -= largest->first;
      }
      if (largest->second.empty()) free_.erase(largest);
    }
  }

  std::mutex mutex_;
  FreeBlocks free_;
  std::unordered_map<void*, size_t> sizes_;
  size_t used_ = 0;
  size_t pooled_ = 0;
  size_t peak_ = 0;
  size_t limit_ = kLargest;
};

// Never destroyed: tensors may be dropped while the process ends.
MemoryPool& pool() {
  static MemoryPool* const instance = new MemoryPool();
  return *instance;
}

void release(void* block) {
  if (!pool().giveBack(block)) c10::GetDefaultCPUAllocator()->raw_deallocate(block);
}

at::DataPtr obtainSmall(size_t bytes) {
  try {
    return c10::GetDefaultCPUAllocator()->allocate(bytes);
  } catch (const std::exception&) {
    pool().release();
  }
  try {
    return c10::GetDefaultCPUAllocator()->allocate(bytes);
  } catch (const std::exception&) {
    throw OutOfMemory(bytes);
  }
}

at::DataPtr obtain(size_t bytes) {
  if (bytes < kSmallest) return obtainSmall(bytes);
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

void releasePooled() { pool().release(); }

void setMemoryLimit(size_t bytes) { pool().setLimit(bytes); }

size_t memoryLimit() { return pool().limit(); }

}  // namespace ldm
