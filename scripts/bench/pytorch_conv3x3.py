"""The workload conv3x3 of `ldm bench` in PyTorch."""
import torch

from contestant import begin, pattern, serve

BATCH, SIZE, CHANNELS, KERNEL = 4, 32, 128, 3

begin()
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


with torch.no_grad():
    serve({"forward": forward, "backward": backward, "input gradient": lambda: backward(filter_gradient=False)})
