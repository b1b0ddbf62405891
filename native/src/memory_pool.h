#pragma once
// Keeps the memory of dropped tensors for the next ones.
//
// The system hands out large blocks page by page and zeroed, which takes several times as long as most operations on
// them; a training step asks for the same sizes over and over. So large blocks return to a pool instead.

#include <cstddef>

namespace ldm {

// Makes the pool LibTorch's allocator of CPU memory, once per process.
void installMemoryPool();

// Bytes that the pool keeps for later.
size_t pooledBytes();

}  // namespace ldm
