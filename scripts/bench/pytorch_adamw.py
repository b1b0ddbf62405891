"""The workload adamw of `ldm bench` in PyTorch: torch.optim.AdamW as it is by default, and LitEma's loop."""
import torch

from contestant import begin, pattern, serve, sum_of_magnitudes
from pytorch_unet import NETWORKS, LitEma, UNet

LEARNING_RATE = 1e-3
DECAY = 0.9

begin()
settings = dict(NETWORKS["ddpm_32px"])
settings.pop("parameters")
unet = UNet(**settings)
parameters = list(unet.parameters())
with torch.no_grad():
    for parameter in parameters:
        parameter.copy_(pattern(*parameter.shape))
        parameter.grad = pattern(*parameter.shape, seed=1)
optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE)
ema = LitEma(unet, DECAY)
shadows = [ema.get_buffer(name) for name in ema.shadow_names.values()]
with torch.no_grad():
    for shadow in shadows:
        shadow.copy_(pattern(*shadow.shape, seed=2))


@torch.no_grad()
def ema_step():
    ema.move(unet, 1 - ema.decay)


@torch.no_grad()
def change(tensors, step):
    """How far a step moves the tensors."""
    before = [tensor.detach().clone() for tensor in tensors]
    step()
    return sum_of_magnitudes([tensor - old for tensor, old in zip(tensors, before)])


def adamw_check():
    moved = change(parameters, optimizer.step) / LEARNING_RATE
    moments = [moment for state in optimizer.state.values() for moment in (state["exp_avg"], state["exp_avg_sq"])]
    return moved + sum_of_magnitudes(moments)


serve(
    {"AdamW step": optimizer.step, "EMA step": ema_step},
    {"AdamW step": adamw_check, "EMA step": lambda: change(shadows, ema_step)},
)
