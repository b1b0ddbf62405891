"""The training step of the autoencoder of `ldm bench` in PyTorch: both optimizers' steps, reading the losses."""
import torch

from contestant import begin, pattern, serve
from pytorch_autoencoder import AutoencoderKL, LPIPSWithDiscriminator, fill

BATCH = 4
SIZE = 64
LEARNING_RATE = 1e-5

begin()
model = fill(
    AutoencoderKL(
        LPIPSWithDiscriminator(kl_weight=1e-6, disc_weight=0.5),
        ch=64,
        ch_mult=(1, 2, 4),
        num_res_blocks=2,
        z_channels=4,
        embed_dim=4,
    )
)
autoencoder = [parameter for name, parameter in model.named_parameters() if not name.startswith("loss.")]
discriminator = list(model.loss.discriminator.parameters())
optimizers = [
    torch.optim.Adam(parameters, lr=LEARNING_RATE, betas=(0.5, 0.9)) for parameters in (autoencoder, discriminator)
]


def images(*shape, seed):
    return pattern(*shape, seed=seed).permute(0, 3, 1, 2).contiguous()


x = images(BATCH, SIZE, SIZE, 3, seed=0) * 2
# In place of a draw from the standard normal distribution, so that others compute the same.
noise = images(BATCH, SIZE // 4, SIZE // 4, 4, seed=1) * 3


def step():
    losses = []
    for index, optimizer in enumerate(optimizers):
        # As Lightning does: each optimizer's step sees the other's parameters as constants.
        for parameters, trained in ((autoencoder, index == 0), (discriminator, index == 1)):
            for parameter in parameters:
                parameter.requires_grad_(trained)
        reconstructions, posterior = model(x, noise)
        loss = model.loss(x, reconstructions, posterior, index, model.decoder.conv_out.weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def check():
    """Both losses before and after the weights have changed, the first of them per value of an image."""
    losses = step(), step()
    return sum(of_autoencoder / (SIZE * SIZE * 3) + of_discriminator for of_autoencoder, of_discriminator in losses)


serve({"step": step}, {"step": check})
