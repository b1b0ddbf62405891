"""The contestant's side of `ldm bench` in Python: one JSON object a line, see src/cli/bench/protocol.ts."""
import json
import resource
import sys
import time

import torch


def pattern(*shape, seed=0):
    """Numbers in [-0.5, 0.5) that any language makes alike: src/cli/bench/tensors.ts does."""
    size = 1
    for extent in shape:
        size *= extent
    values = (torch.arange(size) * (7919 + 12 * seed) % 2003).to(torch.float64) / 2003 - 0.5
    return values.to(torch.float32).view(*shape)


def sum_of_magnitudes(tensors):
    return sum(tensor.detach().abs().sum(dtype=torch.float64).item() for tensor in tensors)


def begin():
    """Takes the number of threads that the command line says and returns the workload's name."""
    torch.set_num_threads(int(sys.argv[1]))
    return sys.argv[2]


def passes(compute, inputs, dy):
    """Forward and backward pass of one operation: `compute()` and its gradients by `inputs`, given that of its result."""
    for tensor in inputs:
        tensor.requires_grad_()
    y = compute()

    def forward():
        with torch.no_grad():
            return [compute()]

    def backward():
        return torch.autograd.grad(y, inputs, dy, retain_graph=True)

    return forward, backward


def serve(parts, checks=None, lacks=None):
    """Says what is there and runs what it is told to.

    parts: name to a function that does one repetition and returns its result
    checks: name to a function that returns the part's check; by default the magnitudes of the result, summed up
    lacks: name to why a part is not there
    """
    if checks is None:
        checks = {name: lambda part=part: sum_of_magnitudes(part()) for name, part in parts.items()}
    _say({
        "title": "PyTorch " + torch.__version__,
        "threads": torch.get_num_threads(),
        "checks": {name: check() for name, check in checks.items()},
        "lacks": lacks or {},
    })
    for line in sys.stdin:
        order = json.loads(line)
        part = parts[order["part"]]
        start = time.perf_counter()
        for _ in range(order["repetitions"]):
            # The result is held until the next one is there, as a caller would.
            result = part()  # noqa: F841
        seconds = time.perf_counter() - start
        result = None
        # In kilobytes on Linux, in bytes on macOS.
        unit = 1 if sys.platform == "darwin" else 1024
        _say({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit})


def _say(message):
    print(json.dumps(message), flush=True)
