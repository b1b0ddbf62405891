import sharp from 'sharp';
import { ShapeError } from '../errors.js';
import { writeFileAtomically } from './atomic-write.js';

/** Images as networks give them: float32, NHWC, one or three channels. */
export interface FloatImages {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** One picture of bytes, rows from the top, channels innermost: 1 is gray, 3 is RGB. */
export interface ByteImage {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

export interface GridOptions {
  /** Images per row (torchvision calls it `nrow`). */
  readonly columns?: number;
  /** Pixels around and between the images. */
  readonly padding?: number;
  /** The values that black and white have in the images; what lies beyond is clamped. */
  readonly range?: readonly [black: number, white: number];
  /** Value of the padding, in the images' range: with [-1, 1] the default is a middle gray, as CompVis's grids have. */
  readonly padValue?: number;
}

/**
 * Lays out images row by row as torchvision's `make_grid` does: gray becomes RGB, a single image gets no padding.
 * @param images [N, H, W, C], C 1 or 3, N at least 1.
 * @throws ShapeError on any other shape.
 */
export function imageGrid(images: FloatImages, options: GridOptions = {}): ByteImage {
  const { columns = 8, padding = 2, range = [-1, 1], padValue = 0 } = options;
  const [count, height, width, channels] = checkedShape(images);
  const perRow = Math.min(columns, count);
  const margin = count === 1 ? 0 : padding;
  const gridWidth = (width + margin) * perRow + margin;
  const gridHeight = (height + margin) * Math.ceil(count / perRow) + margin;

  const toByte = (value: number): number => (255 * (value - range[0])) / (range[1] - range[0]);
  // Clamped arrays round, and take what is out of range to its end and NaN to black.
  const grid = new Uint8ClampedArray(gridWidth * gridHeight * 3).fill(toByte(padValue));
  for (let i = 0; i < count; i++) {
    const left = margin + (i % perRow) * (width + margin);
    const top = margin + Math.floor(i / perRow) * (height + margin);
    for (let y = 0; y < height; y++) {
      let to = ((top + y) * gridWidth + left) * 3;
      let from = (i * height + y) * width * channels;
      for (let x = 0; x < width; x++, from += channels) {
        for (let c = 0; c < 3; c++) grid[to++] = toByte(images.data[from + (c % channels)] ?? 0);
      }
    }
  }
  return { data: new Uint8Array(grid.buffer), width: gridWidth, height: gridHeight, channels: 3 };
}

/**
 * Each image by itself, in its own number of channels.
 * @param images [N, H, W, C], C 1 or 3.
 * @throws ShapeError on any other shape.
 */
export function separateImages(images: FloatImages, { range = [-1, 1] }: Pick<GridOptions, 'range'> = {}): ByteImage[] {
  const [count, height, width, channels] = checkedShape(images);
  const size = height * width * channels;
  const scale = 255 / (range[1] - range[0]);
  return Array.from({ length: count }, (_, i) => {
    const values = images.data.subarray(i * size, (i + 1) * size);
    const bytes = Uint8ClampedArray.from(values, (value) => (value - range[0]) * scale);
    return { data: new Uint8Array(bytes.buffer), width, height, channels };
  });
}

/** @returns the bytes of a PNG file. Losslessly compressed off the main thread. */
export async function encodePng({ data, width, height, channels }: ByteImage): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** @throws WriteError where the file cannot be written. */
export async function writePng(path: string, image: ByteImage): Promise<void> {
  writeFileAtomically(path, await encodePng(image));
}

function checkedShape({ data, shape }: FloatImages): [count: number, height: number, width: number, channels: 1 | 3] {
  const [count = 0, height = 0, width = 0, channels = 0] = shape;
  const size = count * height * width * channels;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3) || size === 0 || size !== data.length) {
    throw new ShapeError(
      'images',
      '[N, H, W, 1 or 3] with N at least 1',
      `[${shape.join(', ')}], ${data.length} values`,
    );
  }
  return [count, height, width, channels];
}
