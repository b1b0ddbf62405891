"""The workload conv3x3 of `ldm bench` in PyTorch: one JSON object a line, see src/cli/bench/protocol.ts."""
import json
import resource
import sys
import time

import torch

BATCH, SIZE, CHANNELS, KERNEL = 4, 32, 128, 3


def pattern(*shape):
    size = 1
    for extent in shape:
        size *= extent
    values = (torch.arange(size) * 7919 % 2003).to(torch.float64) / 2003 - 0.5
    return values.to(torch.float32).view(*shape)


def say(message):
    print(json.dumps(message), flush=True)


torch.set_num_threads(int(sys.argv[1]))
x = pattern(BATCH, SIZE, SIZE, CHANNELS).permute(0, 3, 1, 2)
dy = pattern(BATCH, SIZE, SIZE, CHANNELS).permute(0, 3, 1, 2)
weight = pattern(KERNEL, KERNEL, CHANNELS, CHANNELS).permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last)


def forward():
    return [torch.nn.functional.conv2d(x, weight, padding=1)]


def backward(filter_gradient=True):
    gradients = torch.ops.aten.convolution_backward(
        dy, x, weight, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [True, filter_gradient, False]
    )
    return [gradient for gradient in gradients if gradient is not None]


parts = {"forward": forward, "backward": backward, "input gradient": lambda: backward(filter_gradient=False)}
with torch.no_grad():
    say({
        "title": "PyTorch " + torch.__version__,
        "threads": torch.get_num_threads(),
        "checks": {name: sum(y.abs().sum().item() for y in part()) for name, part in parts.items()},
        "lacks": {},
    })
    for line in sys.stdin:
        order = json.loads(line)
        part = parts[order["part"]]
        start = time.perf_counter()
        for _ in range(order["repetitions"]):
            result = part()
        seconds = time.perf_counter() - start
        # In kilobytes on Linux, in bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        say({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit})
