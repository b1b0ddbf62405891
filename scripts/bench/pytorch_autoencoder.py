"""latent-diffusion's AutoencoderKL and its loss in plain PyTorch, for `ldm bench`.

Written from the architecture, with the published names of the weights. Kept as published, because it is what one
compares with: NCHW, a SiLU after its normalization, the adaptive weight by two passes of its own through the loss, and
LPIPS computed in the discriminator's step, too, which does not use it.
"""
import torch
import torch.nn.functional as F
from torch import nn

from pytorch_unet import hash_fill

EPSILON = 1e-10


def normalize(channels):
    return nn.GroupNorm(32, channels, eps=1e-6)


def swish(x):
    return x * torch.sigmoid(x)


def conv3(channels, out_channels):
    return nn.Conv2d(channels, out_channels, 3, padding=1)


class ResnetBlock(nn.Module):
    def __init__(self, channels, out_channels):
        super().__init__()
        self.norm1 = normalize(channels)
        self.conv1 = conv3(channels, out_channels)
        self.norm2 = normalize(out_channels)
        self.dropout = nn.Dropout(0.0)
        self.conv2 = conv3(out_channels, out_channels)
        self.nin_shortcut = None if channels == out_channels else nn.Conv2d(channels, out_channels, 1)

    def forward(self, x):
        h = self.conv1(swish(self.norm1(x)))
        h = self.conv2(self.dropout(swish(self.norm2(h))))
        return (x if self.nin_shortcut is None else self.nin_shortcut(x)) + h


class AttnBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = normalize(channels)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        batch, channels, height, width = x.shape
        normalized = self.norm(x)
        q, k, v = (layer(normalized).reshape(batch, channels, -1) for layer in (self.q, self.k, self.v))
        weights = torch.softmax(torch.bmm(q.permute(0, 2, 1), k) * channels**-0.5, dim=2)
        attended = torch.bmm(v, weights.permute(0, 2, 1)).reshape(batch, channels, height, width)
        return x + self.proj_out(attended)


class Middle(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block_1 = ResnetBlock(channels, channels)
        self.attn_1 = AttnBlock(channels)
        self.block_2 = ResnetBlock(channels, channels)

    def forward(self, x):
        return self.block_2(self.attn_1(self.block_1(x)))


class Downsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = conv3(channels, channels)

    def forward(self, x):
        return self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    def __init__(self, channels, out_channels, blocks, resample=None):
        super().__init__()
        inputs = [channels] + [out_channels] * (blocks - 1)
        self.block = nn.ModuleList(ResnetBlock(width, out_channels) for width in inputs)
        self.resample = resample
        if resample:
            self.add_module(resample, (Downsample if resample == "downsample" else Upsample)(out_channels))

    def forward(self, x):
        for block in self.block:
            x = block(x)
        return getattr(self, self.resample)(x) if self.resample else x


class Encoder(nn.Module):
    def __init__(self, ch, ch_mult, num_res_blocks, z_channels):
        super().__init__()
        widths = [ch * multiple for multiple in ch_mult]
        last = len(widths) - 1
        self.conv_in = conv3(3, ch)
        self.down = nn.ModuleList(
            Level(([ch] + widths)[i], width, num_res_blocks, "downsample" if i < last else None)
            for i, width in enumerate(widths)
        )
        self.mid = Middle(widths[-1])
        self.norm_out = normalize(widths[-1])
        self.conv_out = conv3(widths[-1], 2 * z_channels)

    def forward(self, x):
        h = self.conv_in(x)
        for level in self.down:
            h = level(h)
        return self.conv_out(swish(self.norm_out(self.mid(h))))


class Decoder(nn.Module):
    def __init__(self, ch, ch_mult, num_res_blocks, z_channels):
        super().__init__()
        widths = [ch * multiple for multiple in ch_mult]
        self.conv_in = conv3(z_channels, widths[-1])
        self.mid = Middle(widths[-1])
        self.up = nn.ModuleList(
            Level((widths + widths[-1:])[i + 1], width, num_res_blocks + 1, "upsample" if i > 0 else None)
            for i, width in enumerate(widths)
        )
        self.norm_out = normalize(ch)
        self.conv_out = conv3(ch, 3)

    def forward(self, z):
        h = self.mid(self.conv_in(z))
        for level in reversed(self.up):
            h = level(h)
        return self.conv_out(swish(self.norm_out(h)))


class Posterior:
    def __init__(self, parameters):
        self.mean, logvar = parameters.chunk(2, dim=1)
        self.logvar = logvar.clamp(-30.0, 20.0)

    def sample(self, noise):
        return self.mean + torch.exp(0.5 * self.logvar) * noise

    def kl(self):
        return 0.5 * (self.mean.square() + self.logvar.exp() - 1.0 - self.logvar).sum(dim=[1, 2, 3])


class AutoencoderKL(nn.Module):
    def __init__(self, loss, embed_dim, z_channels, **ddconfig):
        super().__init__()
        self.encoder = Encoder(z_channels=z_channels, **ddconfig)
        self.decoder = Decoder(z_channels=z_channels, **ddconfig)
        self.loss = loss
        self.quant_conv = nn.Conv2d(2 * z_channels, 2 * embed_dim, 1)
        self.post_quant_conv = nn.Conv2d(embed_dim, z_channels, 1)

    def forward(self, x, noise):
        posterior = Posterior(self.quant_conv(self.encoder(x)))
        return self.decoder(self.post_quant_conv(posterior.sample(noise))), posterior


class Vgg16(nn.Module):
    """The slices of torchvision's `vgg16().features` up to relu5_3; a convolution keeps its place there as its name."""

    SLICES = (
        (("0", 3, 64), ("2", 64, 64)),
        (("5", 64, 128), ("7", 128, 128)),
        (("10", 128, 256), ("12", 256, 256), ("14", 256, 256)),
        (("17", 256, 512), ("19", 512, 512), ("21", 512, 512)),
        (("24", 512, 512), ("26", 512, 512), ("28", 512, 512)),
    )

    def __init__(self):
        super().__init__()
        for i, convolutions in enumerate(self.SLICES):
            layers = nn.Sequential()
            if i > 0:
                layers.add_module("pool", nn.MaxPool2d(2))
            for name, channels, out_channels in convolutions:
                layers.add_module(name, conv3(channels, out_channels))
                layers.add_module(f"relu{name}", nn.ReLU(inplace=True))
            self.add_module(f"slice{i + 1}", layers)

    def forward(self, x):
        features = []
        for i in range(len(self.SLICES)):
            x = getattr(self, f"slice{i + 1}")(x)
            features.append(x)
        return features


class ScalingLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[None, :, None, None])
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[None, :, None, None])

    def forward(self, x):
        return (x - self.shift) / self.scale


class NetLinLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.model = nn.Sequential(nn.Dropout(), nn.Conv2d(channels, 1, 1, bias=False))

    def forward(self, x):
        return self.model(x)


class LPIPS(nn.Module):
    def __init__(self):
        super().__init__()
        self.scaling_layer = ScalingLayer()
        self.net = Vgg16()
        for i, convolutions in enumerate(Vgg16.SLICES):
            self.add_module(f"lin{i}", NetLinLayer(convolutions[-1][2]))
        self.requires_grad_(False)

    def forward(self, inputs, targets):
        features = [self.net(self.scaling_layer(images)) for images in (inputs, targets)]
        distances = [
            getattr(self, f"lin{i}")((unit_length(a) - unit_length(b)) ** 2).mean([2, 3], keepdim=True)
            for i, (a, b) in enumerate(zip(*features))
        ]
        return sum(distances)


def unit_length(features):
    return features / (torch.sqrt(torch.sum(features**2, dim=1, keepdim=True)) + EPSILON)


class NLayerDiscriminator(nn.Module):
    def __init__(self, ndf=64, layers=3):
        super().__init__()
        main = [nn.Conv2d(3, ndf, 4, stride=2, padding=1), nn.LeakyReLU(0.2, True)]
        width = ndf
        for layer in range(1, layers + 1):
            out = ndf * min(2**layer, 8)
            stride = 2 if layer < layers else 1
            main += [
                nn.Conv2d(width, out, 4, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(out),
                nn.LeakyReLU(0.2, True),
            ]
            width = out
        self.main = nn.Sequential(*main, nn.Conv2d(width, 1, 4, padding=1))

    def forward(self, x):
        return self.main(x)


class LPIPSWithDiscriminator(nn.Module):
    """From its first step on (`disc_start: 0`), so that `disc_factor` is always 1."""

    def __init__(self, kl_weight, disc_weight):
        super().__init__()
        self.kl_weight = kl_weight
        self.disc_weight = disc_weight
        self.perceptual_loss = LPIPS().eval()
        self.logvar = nn.Parameter(torch.zeros(()))
        self.discriminator = NLayerDiscriminator()

    def forward(self, inputs, reconstructions, posterior, optimizer_index, last_layer):
        rec = (inputs - reconstructions).abs() + self.perceptual_loss(inputs, reconstructions)
        nll = rec / torch.exp(self.logvar) + self.logvar
        nll_loss = nll.sum() / nll.shape[0]
        kl = posterior.kl()
        kl_loss = kl.sum() / kl.shape[0]
        if optimizer_index == 0:
            g_loss = -self.discriminator(reconstructions).mean()
            weight = self.adaptive_weight(nll_loss, g_loss, last_layer)
            return nll_loss + self.kl_weight * kl_loss + weight * g_loss
        logits_real = self.discriminator(inputs.detach())
        logits_fake = self.discriminator(reconstructions.detach())
        return 0.5 * (F.relu(1.0 - logits_real).mean() + F.relu(1.0 + logits_fake).mean())

    def adaptive_weight(self, nll_loss, g_loss, last_layer):
        (nll_gradient,) = torch.autograd.grad(nll_loss, last_layer, retain_graph=True)
        (g_gradient,) = torch.autograd.grad(g_loss, last_layer, retain_graph=True)
        weight = torch.norm(nll_gradient) / (torch.norm(g_gradient) + 1e-4)
        return torch.clamp(weight, 0.0, 1e4).detach() * self.disc_weight


def fill(module):
    """Gives every parameter its values by `hash_fill`; buffers keep theirs."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(hash_fill(name, parameter.shape))
    return module
