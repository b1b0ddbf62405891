import type { ByteImage } from '../io/images.js';
import type { HostGenerator } from '../random/index.js';
import { blur, gaussianKernel } from './blur.js';
import { addNoise, throughJpeg, toBytes, toFloats } from './degradation-noise.js';
import { resizeFloats, type FloatImage } from './resize.js';
import { halvingTaps, openCvTaps } from './resize-taps.js';

/** How much worse images become. */
interface Strength {
  /** How often they are blurred. */
  readonly blurs: 1 | 2;
  /** Widths of the kernels of blur, relative to the article's. */
  readonly blurWidth: number;
  /** The sizes of kernels of two widths, and of one. */
  readonly anisotropicSize: (random: HostGenerator) => number;
  readonly isotropicSize: (random: HostGenerator) => number;
  /** How often the first downsampling is by interpolation, and not by blur and every few pixels. */
  readonly interpolated: number;
  /** Noise in 255ths of the range, at least and at most. */
  readonly noise: readonly [number, number];
}

const between = (low: number, high: number) => (random: HostGenerator) => low + random.integer(high - low + 1);
const odd = (low: number, high: number) => (random: HostGenerator) => 2 * between(low, high)(random) + 3;

const FULL: Strength = {
  blurs: 2,
  blurWidth: 1,
  anisotropicSize: odd(2, 11),
  isotropicSize: odd(2, 11),
  interpolated: 0.75,
  noise: [2, 25],
};

const LIGHT: Strength = {
  blurs: 1,
  blurWidth: 0.25,
  anisotropicSize: between(5, 14),
  isotropicSize: between(5, 7),
  interpolated: 0.8,
  noise: [1, 2],
};

/** The article's smallest kernels have no width at all; weights are never divided by zero. */
const NARROWEST = 1e-8;

/**
 * Makes an image `factor` times smaller and worse as BSRGAN does (Zhang et al. 2021, "Designing a Practical Degradation
 * Model for Deep Blind Image Super-Resolution", with the choices of latent-diffusion's `bsrgan.py`): blur, two
 * downsamplings, noise and JPEG in random order, then JPEG once more.
 * @param image a square, its side a multiple of `factor`
 */
export function bsrgan(image: ByteImage, factor: number, random: HostGenerator): Promise<ByteImage> {
  return degradeBy(FULL, image, factor, random);
}

/** As {@link bsrgan}, with less blur and noise: latent-diffusion's `bsrgan_light.py`. */
export function bsrganLight(image: ByteImage, factor: number, random: HostGenerator): Promise<ByteImage> {
  return degradeBy(LIGHT, image, factor, random);
}

async function degradeBy(
  strength: Strength,
  whole: ByteImage,
  factor: number,
  random: HostGenerator,
): Promise<ByteImage> {
  const side = whole.width / factor;
  let image = toFloats(whole);
  let rest = factor;
  if (factor === 4 && random.chance(0.25)) {
    image = halved(image, random);
    rest = 2;
  }
  for (const step of stepsInOrder(strength, random)) {
    if (step === 'blur') image = blurred(image, rest, strength, random);
    else if (step === 'downsample') image = downsampled(image, rest, strength, random);
    else if (step === 'to size') image = interpolated(image, side, side, random);
    else if (step === 'noise') image = addNoise(image, between(...strength.noise)(random), strength.noise[1], random);
    else if (random.chance(0.9)) image = await throughJpeg(image, jpegQuality(random));
  }
  return toBytes(await throughJpeg(image, jpegQuality(random)));
}

type Step = 'blur' | 'downsample' | 'to size' | 'noise' | 'jpeg';

/** Any order in which the image gets its size after it was downsampled. */
function stepsInOrder({ blurs }: Strength, random: HostGenerator): Step[] {
  const steps: Step[] = ['blur', 'downsample', 'to size', 'noise', 'jpeg'];
  const order = random.shuffled(blurs === 2 ? [...steps, 'blur' as const] : steps);
  const [first, second] = [order.indexOf('downsample'), order.indexOf('to size')];
  if (first > second) [order[first], order[second]] = ['to size', 'downsample'];
  return order;
}

const jpegQuality = between(80, 95);

function halved(image: FloatImage, random: HostGenerator): FloatImage {
  const [width, height] = [Math.floor(image.width / 2), Math.floor(image.height / 2)];
  if (random.chance(0.5)) return interpolated(image, width, height, random);
  return clipped(resizeFloats(image, halvingTaps(image.width), halvingTaps(image.height)));
}

function blurred(image: FloatImage, factor: number, strength: Strength, random: HostGenerator): FloatImage {
  const { blurWidth, anisotropicSize, isotropicSize } = strength;
  if (random.chance(0.5)) {
    const variance = (): number => Math.max(NARROWEST, (4 + factor) * blurWidth * random.uniform());
    const [l1, l2] = [variance(), variance()];
    return blur(image, gaussianKernel(anisotropicSize(random), l1, l2, random.uniform() * Math.PI));
  }
  const size = isotropicSize(random);
  const variance = Math.max(NARROWEST, ((2 + 0.2 * factor) * blurWidth * random.uniform()) ** 2);
  return blur(image, gaussianKernel(size, variance, variance));
}

function downsampled(image: FloatImage, factor: number, strength: Strength, random: HostGenerator): FloatImage {
  if (random.chance(strength.interpolated)) {
    const by = random.between(1, 2 * factor);
    const smaller = (length: number): number => Math.max(1, Math.floor(length / by));
    return interpolated(image, smaller(image.width), smaller(image.height), random);
  }
  const variance = random.between(0.1, 0.6 * factor) ** 2;
  // The pixel that is kept of each block is its first; the kernel looks at the block's middle.
  return clipped(blur(image, gaussianKernel(25, variance, variance, 0, (factor - 1) / 2), factor));
}

function interpolated(image: FloatImage, width: number, height: number, random: HostGenerator): FloatImage {
  const interpolation = random.pick(['bilinear', 'bicubic', 'area'] as const);
  const across = openCvTaps(interpolation, image.width, width);
  return clipped(resizeFloats(image, across, openCvTaps(interpolation, image.height, height)));
}

function clipped(image: FloatImage): FloatImage {
  return { ...image, data: image.data.map((value) => Math.min(1, Math.max(0, value))) };
}
