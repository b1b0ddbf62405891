"""The workload attention of `ldm bench` in PyTorch: on [N*heads, d, T], in CompVis's QKVAttentionLegacy's way."""
import torch

from contestant import begin, passes, pattern, serve

# Batch, positions, heads, channels per head.
SHAPES = [(8, 256, 4, 32), (8, 64, 8, 32), (4, 1024, 4, 32), (2, 4096, 4, 32)]


def operations(shape):
    batch, positions, heads, channels = shape

    def channels_first(seed, factor=1):
        values = pattern(*shape, seed=seed).permute(0, 2, 3, 1) * factor
        return values.reshape(batch * heads, channels, positions).contiguous()

    # Of a size that makes the weights differ: a mean of values would be near zero.
    q, k = channels_first(0, 4), channels_first(1, 4)
    v, dy = channels_first(2), channels_first(3)
    scale = channels ** -0.25

    def attend():
        weights = torch.softmax(torch.einsum("bct,bcs->bts", q * scale, k * scale), dim=-1)
        return torch.einsum("bts,bcs->bct", weights, v)

    return passes(attend, (q, k, v), dy)


begin()
parts = {}
for shape in SHAPES:
    batch, positions, heads, channels = shape
    name = f"{batch}x{heads} heads of {channels}, T {positions}"
    parts[f"{name} forward"], parts[f"{name} backward"] = operations(shape)
serve(parts)
