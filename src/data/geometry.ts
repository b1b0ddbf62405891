import type { HostGenerator } from '../random/index.js';
import { roundHalfToEven } from '../rounding.js';

/** Of an image, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of an image; `left` and `top` count from its corner. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** The size that gives the shorter side so many pixels and keeps the proportions, as albumentations' SmallestMaxSize. */
export function withShortestSide({ width, height }: Size, side: number): Size {
  const scale = side / Math.min(width, height);
  return { width: roundHalfToEven(width * scale), height: roundHalfToEven(height * scale) };
}

/** The middle of an image; where it cannot be had exactly, a pixel nearer to the top and left. */
export function centerBox(image: Size, { width, height }: Size): Box {
  return {
    left: Math.floor((image.width - width) / 2),
    top: Math.floor((image.height - height) / 2),
    width,
    height,
  };
}

/** Any place in the image, all alike. */
export function randomBox(image: Size, { width, height }: Size, random: HostGenerator): Box {
  const top = random.integer(image.height - height + 1);
  const left = random.integer(image.width - width + 1);
  return { left, top, width, height };
}
