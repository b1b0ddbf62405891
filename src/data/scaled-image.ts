import type { Sharp } from 'sharp';
import type { ByteImage } from '../io/images.js';
import type { HostGenerator } from '../random/index.js';
import { crop, flipLeftRight } from './crop.js';
import { centerBox, randomBox, withShortestSide, type Box, type Size } from './geometry.js';
import { decodeImage, readBytes } from './read-image.js';
import { resize } from './resize.js';

export interface ScalingOptions {
  /** Pixels of the shorter side; null leaves the image as large as it is. */
  readonly size: number | null;
  /** The side of the square that is cut out then; null: of `size`. */
  readonly cropSize: number | null;
  /** Cut out of any place, or out of the middle. */
  readonly randomCrop: boolean;
  readonly flipP: number;
}

/** What becomes of an image of one size: scaled, a part cut out, mirrored. */
export interface Placement {
  readonly scaled: Size;
  readonly box: Box;
  readonly flip: boolean;
}

export type Interpolation = keyof typeof kernels;

const kernels = { nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic', lanczos: 'lanczos3' } as const;

/** Draws what becomes of an image. Without a `size`, one that is smaller than the part to cut out is enlarged to it. */
export function place(image: Size, options: ScalingOptions, random: HostGenerator): Placement {
  const { size, cropSize, randomCrop, flipP } = options;
  const flip = random.chance(flipP);
  const side = cropSize ?? size;
  const shortest = size ?? Math.max(cropSize ?? 0, Math.min(image.width, image.height));
  const scaled = withShortestSide(image, shortest);
  const part = side === null ? scaled : { width: side, height: side };
  return { scaled, box: randomCrop ? randomBox(scaled, part, random) : centerBox(scaled, part), flip };
}

export interface ScaledReading {
  readonly interpolation: Interpolation;
  readonly channels: 1 | 3;
}

/**
 * Reads an image file as a viewer shows it, scaled with antialiasing and cut.
 * @param placement from the size of the whole image
 * @throws FileError as readImage
 */
export async function readScaled(
  path: string,
  placement: (size: Size) => Placement,
  reading: ScaledReading,
): Promise<ByteImage> {
  return decodeScaled(path, await readBytes(path), placement, reading);
}

/**
 * As {@link readScaled}, from the content of a file.
 * @param where what has it, for messages
 */
export async function decodeScaled(
  where: string,
  bytes: Buffer,
  placement: (size: Size) => Placement,
  { interpolation, channels }: ScaledReading,
): Promise<ByteImage> {
  let placed: Placement | undefined;
  let isShrunk = false;
  const prepare = (size: Size): ((image: Sharp) => Sharp) | undefined => {
    const { scaled, box } = (placed = placement(size));
    isShrunk = shrinks(size, scaled);
    // While it is decoded, off the thread, and a large JPEG never at its full size.
    const resizing = { ...scaled, fit: 'fill', kernel: kernels[interpolation] } as const;
    return isShrunk ? (image) => image.resize(resizing).extract(box) : undefined;
  };
  return decodeImage(where, bytes, { as: 'displayed', channels, prepare }, (image) => {
    if (!placed) throw new Error(`${where} was not placed`);
    if (!isShrunk) return scaleImage(image, placed, interpolation);
    return placed.flip ? flipLeftRight(image) : image;
  });
}

/** Sharp enlarges images half a pixel off their place; these are small, and left to {@link resize}. */
function shrinks(size: Size, scaled: Size): boolean {
  const isSame = scaled.width === size.width && scaled.height === size.height;
  return !isSame && scaled.width <= size.width && scaled.height <= size.height;
}

/** An image that is decoded already, scaled as Pillow does it, cut and mirrored. */
export function scaleImage(
  image: ByteImage,
  { scaled, box, flip }: Placement,
  interpolation: Interpolation,
): ByteImage {
  const isSame = scaled.width === image.width && scaled.height === image.height;
  const cut = crop(isSame ? image : resize(image, scaled.width, scaled.height, `pil_${interpolation}`), box);
  return flip ? flipLeftRight(cut) : cut;
}
