// Scaled dot-product attention and its gradient, in memory linear in the sequence length.

#include <ATen/ATen.h>

#include "attention_tiles.h"
#include "ops.h"

namespace ldm {
namespace {

using at::Tensor;

void checkSequence(const Tensor& x, const char* name) {
  TORCH_CHECK(x.dim() == 4, name, " must have the axes batch, positions, heads and channels");
  TORCH_CHECK(x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16, name, " must be float32");
  TORCH_CHECK(x.stride(3) == 1, "the channels of ", name, " must be consecutive");
}

AttentionPlan planFor(const Tensor& q, const Tensor& k, const Tensor& v, double scale) {
  checkSequence(q, "q");
  checkSequence(k, "k");
  checkSequence(v, "v");
  TORCH_CHECK(k.sizes() == v.sizes() && k.size(0) == q.size(0) && k.size(2) == q.size(2) && k.size(3) == q.size(3),
              "k and v must have one shape, and the batch, heads and channels of q");
  TORCH_CHECK(q.numel() > 0 && k.numel() > 0, "there is nothing to attend to");
  return {q.size(0),  q.size(2), q.size(1), k.size(1), q.size(3), roundUp(q.size(3), kLanes),
          static_cast<float>(scale)};
}

Tensor emptyLse(const AttentionPlan& plan, const Tensor& like) {
  return at::empty({plan.batch, plan.heads, plan.queries}, like.options().dtype(at::kFloat));
}

void checkGradient(const Tensor& dy, const Tensor& y, const Tensor& lse, const Tensor& q, const AttentionPlan& plan) {
  checkSequence(dy, "dy");
  checkSequence(y, "y");
  TORCH_CHECK(lse.scalar_type() == at::kFloat, "lse must be float32");
  TORCH_CHECK(dy.sizes() == q.sizes() && y.sizes() == q.sizes(), "dy and y must have the shape of q");
  TORCH_CHECK(lse.dim() == 3 && lse.size(0) == plan.batch && lse.size(1) == plan.heads &&
                  lse.size(2) == plan.queries,
              "lse must have one value for each batch entry, head and query");
}

std::vector<Tensor> attention(const MixedTensor& q, const MixedTensor& k, const MixedTensor& v,
                              const std::optional<Tensor>& mask,
                              double scale) {
  const AttentionPlan plan = planFor(q, k, v, scale);
  Tensor y = at::empty(q.sizes(), q.options());
  Tensor lse = emptyLse(plan, q);
  attend({q, k, v, y, lse}, AttentionMask(mask, plan), plan);
  return {y, lse};
}

std::vector<Tensor> attentionGrad(const MixedTensor& dy, const MixedTensor& q, const MixedTensor& k,
                                  const MixedTensor& v, const MixedTensor& y, const Tensor& lse, const std::optional<Tensor>& mask, double scale) {
  const AttentionPlan plan = planFor(q, k, v, scale);
  checkGradient(dy, y, lse, q, plan);
  Tensor dq = at::empty(q.sizes(), q.options());
  Tensor dk = at::empty(k.sizes(), k.options());
  Tensor dv = at::empty(v.sizes(), v.options());
  attendBackward({dy, q, k, v, y, lse, dq, dk, dv}, AttentionMask(mask, plan), plan);
  return {dq, dk, dv};
}

// Queries, keys and values as views of one projection [batch, positions, 3 * heads * channels]: the thirds of the whole
// where `splitBeforeHeads`, else of each head.
std::vector<Tensor> thirds(const Tensor& qkv, int64_t heads, bool splitBeforeHeads) {
  TORCH_CHECK(qkv.dim() == 3 && heads > 0 && qkv.size(2) > 0 && qkv.size(2) % (3 * heads) == 0,
              "qkv must have the axes batch, positions and 3 * ", heads, " heads * channels");
  const int64_t channels = qkv.size(2) / (3 * heads);
  const int64_t axis = splitBeforeHeads ? 2 : 3;
  const Tensor split = splitBeforeHeads ? qkv.view({qkv.size(0), qkv.size(1), 3, heads, channels})
                                        : qkv.view({qkv.size(0), qkv.size(1), heads, 3, channels});
  return {split.select(axis, 0), split.select(axis, 1), split.select(axis, 2)};
}

std::vector<Tensor> qkvAttention(const MixedTensor& qkv, int64_t heads, bool splitBeforeHeads, double scale) {
  const std::vector<Tensor> in = thirds(qkv, heads, splitBeforeHeads);
  const AttentionPlan plan = planFor(in[0], in[1], in[2], scale);
  Tensor y = at::empty(in[0].sizes(), qkv.options());
  Tensor lse = emptyLse(plan, qkv);
  attend({in[0], in[1], in[2], y, lse}, AttentionMask(std::nullopt, plan), plan);
  return {y.view({qkv.size(0), qkv.size(1), -1}), lse};
}

Tensor qkvAttentionGrad(const MixedTensor& dy, const MixedTensor& qkv, const MixedTensor& y, const Tensor& lse, int64_t heads,
                        bool splitBeforeHeads, double scale) {
  const std::vector<Tensor> in = thirds(qkv, heads, splitBeforeHeads);
  const AttentionPlan plan = planFor(in[0], in[1], in[2], scale);
  TORCH_CHECK(dy.numel() == in[0].numel() && y.numel() == in[0].numel(), "dy and y must have a third of qkv's values");
  const Tensor dyByHead = dy.view(in[0].sizes());
  const Tensor yByHead = y.view(in[0].sizes());
  checkGradient(dyByHead, yByHead, lse, in[0], plan);
  Tensor gradient = at::empty(qkv.sizes(), qkv.options());
  const std::vector<Tensor> out = thirds(gradient, heads, splitBeforeHeads);
  attendBackward({dyByHead, in[0], in[1], in[2], yByHead, lse, out[0], out[1], out[2]}, AttentionMask(std::nullopt, plan),
                 plan);
  return gradient;
}

}  // namespace

Exports attentionExports() {
  return {bind("attention", attention), bind("attentionGrad", attentionGrad), bind("qkvAttention", qkvAttention),
          bind("qkvAttentionGrad", qkvAttentionGrad)};
}

}  // namespace ldm
