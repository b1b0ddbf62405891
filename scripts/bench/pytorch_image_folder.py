"""The workload image_folder_256px of `ldm bench` in PyTorch: torchvision's ImageFolder and DataLoader, as its users
write them."""
import os
import sys

import torch

from contestant import begin, serve

SIDE = 256
BATCH = 16

name = begin()
threads = int(sys.argv[1])

try:
    from torchvision import datasets, transforms
except ImportError as error:
    serve({}, lacks={"epoch": f"{error} (Debian: python3-torchvision, python3-pil)"})
    sys.exit()

# Written by src/cli/bench/workloads/image-folder.ts, which is started first.
folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "bench", name)
if not os.path.isdir(folder):
    serve({}, lacks={"epoch": "the images are written by our own engine, which is not there"})
    sys.exit()
transform = transforms.Compose([
    transforms.Resize(SIDE),
    transforms.CenterCrop(SIDE),
    transforms.ToTensor(),
    transforms.Normalize([0.5] * 3, [0.5] * 3),
])
loader = torch.utils.data.DataLoader(
    datasets.ImageFolder(folder, transform), batch_size=BATCH, num_workers=threads, persistent_workers=True)


def epoch():
    first = None
    for images, _ in loader:
        first = images if first is None else first
    return first


serve({"epoch": epoch}, {"epoch": lambda: epoch().abs().sum(dtype=torch.float64).item()})
