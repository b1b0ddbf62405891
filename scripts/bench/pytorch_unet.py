"""latent-diffusion's UNetModel and LitEma in plain PyTorch, for `ldm bench`.

Written from the architecture, with the published names of the weights. Kept as published, because it is what one
compares with: NCHW, a SiLU after its normalization, attention recomputed in the backward pass, an average that is
updated one parameter at a time.
"""
import math
import zlib

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

GROUPS = 32

# The networks of the standard workloads; src/cli/bench/unets.ts has the same ones.
NETWORKS = {
    "ddpm_32px": {
        "channels": 3,
        "model_channels": 64,
        "num_res_blocks": 2,
        "channel_mult": (1, 2, 4),
        "attention_resolutions": (4, 2),
        "num_head_channels": 32,
        "parameters": 16_056_451,
    },
    "celebahq_ldm_vq_4": {
        "channels": 3,
        "model_channels": 224,
        "num_res_blocks": 2,
        "channel_mult": (1, 2, 3, 4),
        "attention_resolutions": (8, 4, 2),
        "num_head_channels": 32,
        "parameters": 274_056_163,
    },
}


def build(name):
    """A network of NETWORKS with its weights from `hash_fill`."""
    settings = dict(NETWORKS[name])
    expected = settings.pop("parameters")
    unet = UNet(**settings)
    found = sum(parameter.numel() for parameter in unet.parameters())
    if found != expected:
        raise RuntimeError(f"{name} has {found} parameters where the published one has {expected}")
    with torch.no_grad():
        for key, parameter in unet.named_parameters():
            parameter.copy_(hash_fill(key, parameter.shape))
    return unet


def hash_fill(name, shape):
    """A weight as a function of its name and shape; src/cli/bench/hash-fill.ts computes the same."""
    numel = math.prod(shape)
    h = (torch.arange(numel) + zlib.crc32(name.encode())) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    u = ((h ^ (h >> 16)).to(torch.float64) / 2**31 - 1).to(torch.float32).view(shape)
    if len(shape) >= 2:
        return u * math.sqrt(3 / (numel / shape[0]))
    return 0.1 * u + (1 if name.endswith(".weight") else 0)


class ResBlock(nn.Module):
    def __init__(self, channels, out_channels, embedding_channels):
        super().__init__()
        self.in_layers = nn.Sequential(
            nn.GroupNorm(GROUPS, channels), nn.SiLU(), nn.Conv2d(channels, out_channels, 3, padding=1)
        )
        self.emb_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding_channels, out_channels))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(GROUPS, out_channels),
            nn.SiLU(),
            nn.Dropout(0.0),
            nn.Conv2d(out_channels, out_channels, 3, padding=1),
        )
        same = channels == out_channels
        self.skip_connection = nn.Identity() if same else nn.Conv2d(channels, out_channels, 1)

    def forward(self, x, embedding):
        h = self.in_layers(x) + self.emb_layers(embedding)[:, :, None, None]
        return self.skip_connection(x) + self.out_layers(h)


class AttentionBlock(nn.Module):
    def __init__(self, channels, head_channels):
        super().__init__()
        self.heads = channels // head_channels
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.proj_out = nn.Conv1d(channels, channels, 1)

    def forward(self, x, _embedding):
        if not torch.is_grad_enabled():
            return self.attend(x)
        # Published with its activations always recomputed, whatever use_checkpoint says.
        return checkpoint(self.attend, x, use_reentrant=True, preserve_rng_state=False)

    def attend(self, x):
        batch, channels, height, width = x.shape
        positions = height * width
        flat = x.reshape(batch, channels, positions)
        head_channels = channels // self.heads
        qkv = self.qkv(self.norm(flat)).reshape(batch * self.heads, 3 * head_channels, positions)
        q, k, v = qkv.split(head_channels, dim=1)
        scale = head_channels ** -0.25
        weights = torch.softmax(torch.einsum("bct,bcs->bts", q * scale, k * scale), dim=-1)
        attended = torch.einsum("bts,bcs->bct", weights, v).reshape(batch, channels, positions)
        return (flat + self.proj_out(attended)).reshape(x.shape)


class Downsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x, _embedding):
        return self.op(x)


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, _embedding):
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class InputConv(nn.Conv2d):
    def forward(self, x, _embedding):
        return super().forward(x)


class Block(nn.Sequential):
    """Layers that all take the embedding, whether they use it or not."""

    def forward(self, x, embedding):
        for layer in self:
            x = layer(x, embedding)
        return x


class UNet(nn.Module):
    def __init__(
        self, channels, model_channels, num_res_blocks, channel_mult, attention_resolutions, num_head_channels
    ):
        super().__init__()
        self.model_channels = model_channels
        embedding_channels = 4 * model_channels
        self.time_embed = nn.Sequential(
            nn.Linear(model_channels, embedding_channels),
            nn.SiLU(),
            nn.Linear(embedding_channels, embedding_channels),
        )

        def level_layers(inputs, outputs, downsampling):
            layers = [ResBlock(inputs, outputs, embedding_channels)]
            if downsampling in attention_resolutions:
                layers.append(AttentionBlock(outputs, num_head_channels))
            return layers

        self.input_blocks = nn.ModuleList([Block(InputConv(channels, model_channels, 3, padding=1))])
        width, skips = model_channels, [model_channels]
        last = len(channel_mult) - 1
        for level, multiple in enumerate(channel_mult):
            for _ in range(num_res_blocks):
                self.input_blocks.append(Block(*level_layers(width, multiple * model_channels, 2**level)))
                width = multiple * model_channels
                skips.append(width)
            if level < last:
                self.input_blocks.append(Block(Downsample(width)))
                skips.append(width)

        self.middle_block = Block(
            ResBlock(width, width, embedding_channels),
            AttentionBlock(width, num_head_channels),
            ResBlock(width, width, embedding_channels),
        )

        self.output_blocks = nn.ModuleList()
        for level, multiple in reversed(list(enumerate(channel_mult))):
            for index in range(num_res_blocks + 1):
                layers = level_layers(width + skips.pop(), multiple * model_channels, 2**level)
                width = multiple * model_channels
                if level > 0 and index == num_res_blocks:
                    layers.append(Upsample(width))
                self.output_blocks.append(Block(*layers))

        self.out = nn.Sequential(
            nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, channels, 3, padding=1)
        )

    def forward(self, x, timesteps):
        embedding = self.time_embed(timestep_embedding(timesteps, self.model_channels))
        skips = []
        for block in self.input_blocks:
            x = block(x, embedding)
            skips.append(x)
        x = self.middle_block(x, embedding)
        for block in self.output_blocks:
            x = block(torch.cat([x, skips.pop()], dim=1), embedding)
        return self.out(x)


def timestep_embedding(timesteps, dimensions, max_period=10000):
    half = dimensions // 2
    frequencies = torch.exp(-math.log(max_period) * torch.arange(half, dtype=torch.float32) / half)
    angles = timesteps[:, None].float() * frequencies
    return torch.cat([torch.cos(angles), torch.sin(angles)], dim=-1)


class LitEma(nn.Module):
    """The published average of the weights: a loop over parameters, with names looked up in every update."""

    def __init__(self, module, decay=0.9999):
        super().__init__()
        self.register_buffer("decay", torch.tensor(decay, dtype=torch.float32))
        self.register_buffer("num_updates", torch.tensor(0, dtype=torch.int))
        self.shadow_names = {}
        for name, parameter in module.named_parameters():
            self.shadow_names[name] = name.replace(".", "")
            self.register_buffer(self.shadow_names[name], parameter.detach().clone())

    @torch.no_grad()
    def forward(self, module):
        self.num_updates += 1
        decay = min(self.decay, (1 + self.num_updates) / (10 + self.num_updates))
        self.move(module, 1 - decay)

    def move(self, module, rate):
        parameters = dict(module.named_parameters())
        shadows = dict(self.named_buffers())
        for name, parameter in parameters.items():
            shadow = shadows[self.shadow_names[name]]
            shadow.sub_(rate * (shadow - parameter))
