#include "precision.h"

#include <ATen/ATen.h>

#include <atomic>
#include <stdexcept>

namespace ldm {
namespace {

std::atomic<bool> mixed{false};

}  // namespace

void setPrecision(const std::string& name) {
  if (name != "32" && name != "bf16-mixed") {
    throw std::invalid_argument("precision must be 32 or bf16-mixed, found '" + name + "'");
  }
  mixed = name == "bf16-mixed";
}

at::ScalarType computeType() { return mixed ? at::kBFloat16 : at::kFloat; }

at::Tensor computed(const at::Tensor& x) { return x.is_floating_point() ? x.to(computeType()) : x; }

std::string bfloat16Support() {
#if defined(__x86_64__) && defined(__GNUC__)
  if (!at::hasMKLDNN()) return "none";
  if (__builtin_cpu_supports("avx512bf16")) return "native";
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
             ? "emulated"
             : "none";
#else
  return "none";
#endif
}

}  // namespace ldm
