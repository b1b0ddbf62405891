#pragma once
// Keeps the memory of dropped tensors for the next ones.
//
// The system hands out large blocks page by page and zeroed, which takes several times as long as most operations on
// them; a training step asks for the same sizes over and over. So large blocks return to a pool instead.

#include <cstddef>
#include <new>

namespace ldm {

// Tensor memory that could not be had, the pool's own given back to the system.
class OutOfMemory final : public std::bad_alloc {
 public:
  explicit OutOfMemory(size_t requested) : requested_(requested) {}
  const char* what() const noexcept override { return "out of memory"; }
  size_t requested() const noexcept { return requested_; }

 private:
  size_t requested_;
};

// Makes the pool LibTorch's allocator of CPU memory, once per process.
void installMemoryPool();

// Bytes that the pool keeps for later.
size_t pooledBytes();

// Returns them to the system.
void releasePooled();

// Large blocks beyond this sum are refused: where the system promises more memory than it has, taking it would end the
// process instead. No limit until one is set.
void setMemoryLimit(size_t bytes);
size_t memoryLimit();

}  // namespace ldm
