"""The workload matmul of `ldm bench` in PyTorch."""
import torch

from contestant import begin, pattern, serve

begin()
x = pattern(2048, 320)
weight = pattern(1280, 320, seed=1)
dy = pattern(2048, 1280, seed=2)
a, b = pattern(1024, 1024), pattern(1024, 1024, seed=1)
batch_a, batch_b = pattern(32, 256, 32), pattern(32, 32, 256, seed=1)

with torch.no_grad():
    serve({
        "linear 320 -> 1280": lambda: [torch.nn.functional.linear(x, weight)],
        "its input gradient": lambda: [dy @ weight],
        "its weight gradient": lambda: [dy.t() @ x],
        "square 1024": lambda: [a @ b],
        "batch of 32": lambda: [batch_a @ batch_b],
    })
