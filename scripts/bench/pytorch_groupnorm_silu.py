"""The workload groupnorm_silu of `ldm bench` in PyTorch: two operations on contiguous NCHW, as CompVis's code has it."""
import torch
import torch.nn.functional as F

from contestant import begin, passes, pattern, serve

GROUPS = 32
SHAPES = [(8, 32, 32, 64), (8, 16, 16, 128), (8, 8, 8, 256), (8, 32, 32, 192)]


def nchw(shape, seed):
    return pattern(*shape, seed=seed).permute(0, 3, 1, 2).contiguous()


def operations(shape):
    channels = shape[-1]
    x, dy = nchw(shape, 0), nchw(shape, 3)
    gamma, beta = pattern(channels, seed=1) + 1, pattern(channels, seed=2)

    def normalize():
        return F.silu(F.group_norm(x, GROUPS, gamma, beta))

    return passes(normalize, (x, gamma, beta), dy)


begin()
parts = {}
for shape in SHAPES:
    name = ",".join(str(extent) for extent in shape)
    parts[f"[{name}] forward"], parts[f"[{name}] backward"] = operations(shape)
serve(parts)
