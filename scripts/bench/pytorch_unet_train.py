"""The training steps of `ldm bench` in PyTorch: forward, loss, backward, AdamW, LitEma, reading the loss."""
import torch

from contestant import begin, pattern, serve
from pytorch_unet import LitEma, build

# Workload to network, batch and size of the images.
WORKLOADS = {
    "unet_train_b8_32px": ("ddpm_32px", 8, 32),
    "celebahq_unet_train_b1": ("celebahq_ldm_vq_4", 1, 64),
}
LEARNING_RATE = 1e-5

network, batch, size = WORKLOADS[begin()]
unet = build(network)
optimizer = torch.optim.AdamW(unet.parameters(), lr=LEARNING_RATE)
ema = LitEma(unet)


def images(seed):
    return pattern(batch, size, size, 3, seed=seed).permute(0, 3, 1, 2).contiguous() * 3


x, noise = images(0), images(1)
timesteps = torch.tensor([(i * 131 + 500) % 1000 for i in range(batch)])


def step():
    loss = (noise - unet(x, timesteps)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    ema(unet)
    return loss.item()


def check():
    """The loss before and after the weights have changed."""
    return step() + step()


serve({"step": step}, {"step": check})
