"""The workload ddim50_b4_32px of `ldm bench` in PyTorch: DDIM in the published sampler's way, eta 0."""
import torch

from contestant import begin, pattern, serve, sum_of_magnitudes
from pytorch_unet import build

BATCH, SIZE, TIMESTEPS, STEPS, CHECK_STEPS = 4, 32, 1000, 50, 5

begin()
unet = build("ddpm_32px")
betas = torch.linspace(1e-4**0.5, 2e-2**0.5, TIMESTEPS, dtype=torch.float64) ** 2
alphas_cumprod = torch.cumprod(1 - betas, dim=0)
x_t = pattern(BATCH, SIZE, SIZE, 3).permute(0, 3, 1, 2).contiguous() * 3


@torch.no_grad()
def sample(steps):
    visited = torch.arange(0, TIMESTEPS, TIMESTEPS // steps) + 1
    alphas = alphas_cumprod[visited].float()
    alphas_before = torch.cat([alphas_cumprod[:1], alphas_cumprod[visited[:-1]]]).float()
    x = x_t
    for i in reversed(range(len(visited))):
        eps = unet(x, torch.full((BATCH,), int(visited[i])))
        alpha = torch.full((BATCH, 1, 1, 1), alphas[i].item())
        before = torch.full((BATCH, 1, 1, 1), alphas_before[i].item())
        start = (x - (1 - alpha).sqrt() * eps) / alpha.sqrt()
        x = before.sqrt() * start + (1 - before).sqrt() * eps
    return [x]


serve({"sampling": lambda: sample(STEPS)}, {"sampling": lambda: sum_of_magnitudes(sample(CHECK_STEPS))})
