import type { Sharp } from 'sharp';
import type { ByteImage } from '../io/images.js';
import type { HostGenerator } from '../random/index.js';
import { crop, flipLeftRight } from './crop.js';
import { centerBox, randomBox, withShortestSide, type Box, type Size } from './geometry.js';
import { readImage } from './read-image.js';
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

/**
 * Reads an image file as a viewer shows it, scaled with antialiasing and cut.
 * @param placement from the size of the whole image
 * @throws FileError as {@link readImage}
 */
export async function readScaled(
  path: string,
  placement: (size: Size) => Placement,
  { interpolation, channels }: { readonly interpolation: Interpolation; readonly channels: 1 | 3 },
): Promise<ByteImage> {
  let placed: Placement | undefined;
  let isEnlarged = false;
  const prepare = (image: Sharp, size: Size): Sharp => {
    placed = placement(size);
    const { scaled, box } = placed;
    isEnlarged = enlarges(size, scaled);
    if (isEnlarged) return image;
    // While it is decoded, off the thread, and a large JPEG never at its full size.
    return image.resize({ ...scaled, fit: 'fill', kernel: kernels[interpolation] }).extract(box);
  };
  return readImage(path, { as: 'displayed', channels, prepare }, (image) => {
    if (!placed) throw new Error(`${path} was not placed`);
    const cut = isEnlarged ? enlarged(image, placed, interpolation) : image;
    return placed.flip ? flipLeftRight(cut) : cut;
  });
}

/** Sharp enlarges images half a pixel off their place; these are small, and left to {@link resize}. */
function enlarges(size: Size, scaled: Size): boolean {
  return scaled.width > size.width || scaled.height > size.height;
}

function enlarged(image: ByteImage, { scaled, box }: Placement, interpolation: Interpolation): ByteImage {
  return crop(resize(image, scaled.width, scaled.height, `pil_${interpolation}`), box);
}
