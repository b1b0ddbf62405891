#pragma once
// Tasks in parallel, each thread with scratch memory of its own that is made before the threads start: nothing is
// allocated among them.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>

namespace ldm {

// Float32 memory in equal parts.
class Scratch {
 public:
  Scratch(int64_t parts, int64_t sizeEach) : buffers_(at::empty({parts, sizeEach}, at::kFloat)), size_(sizeEach) {}
  float* part(int64_t i) const { return buffers_.data_ptr<float>() + i * size_; }

 private:
  at::Tensor buffers_;
  int64_t size_;
};

// Runs `task(i, scratch)` for each i, a thread's tasks in order.
template <class Task>
void forEachTask(int64_t tasks, int64_t scratchSize, Task task) {
  const int64_t threads = std::min<int64_t>(tasks, at::get_num_threads());
  const Scratch scratch(threads, scratchSize);
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      for (int64_t i = tasks * t / threads; i < tasks * (t + 1) / threads; ++i) task(i, scratch.part(t));
    }
  });
}

}  // namespace ldm
