/**
 * Resampling along one axis as a matrix. Every interpolation of `torch.nn.functional.interpolate` is linear and, over
 * several axes, one axis after the other: what is told here of one axis is all there is to know.
 */
export interface AxisMatrix {
  /** Positions of the result. */
  readonly rows: number;
  /** Positions of the input. */
  readonly columns: number;
  /** Row by row. */
  readonly values: Float32Array;
}

/** How a position between two others gets its value. */
export type Interpolation = 'nearest' | 'linear' | 'cubic' | 'area';

/** One position of the input and what it counts for. */
type Tap = readonly [position: number, weight: number];

/**
 * Resampling by a factor: `floor(size * factor)` positions.
 * The step from one to the next is `1 / factor` of the input's, even where that does not divide it, and the result's
 * edges lie on the input's (`align_corners=False`); with `area`, each is the mean of the positions it touches.
 */
export function rescaling(size: number, factor: number, interpolation: Interpolation): AxisMatrix {
  const rows = Math.floor(size * factor);
  // PyTorch holds it as float32, which decides on which side of a whole number a product falls.
  const step = Math.fround(1 / factor);
  const taps = {
    nearest: (row: number): Tap[] => [[Math.floor(Math.fround(row * step)), 1]],
    linear: (row: number) => linearTaps(Math.max((row + 0.5) * step - 0.5, 0)),
    cubic: (row: number) => cubicTaps((row + 0.5) * step - 0.5),
    area: (row: number) => meanTaps(Math.floor((row * size) / rows), Math.ceil(((row + 1) * size) / rows)),
  }[interpolation];
  return axisMatrix(rows, size, taps, clampTo(size));
}

/** Bicubic resampling to a size. @param alignCorners the first and last position on those of the input, not its edges */
export function cubicResizing(size: number, rows: number, { alignCorners }: { alignCorners: boolean }): AxisMatrix {
  const step = alignCorners ? (rows > 1 ? (size - 1) / (rows - 1) : 0) : size / rows;
  const position = alignCorners ? (row: number) => row * step : (row: number) => (row + 0.5) * step - 0.5;
  return axisMatrix(rows, size, (row) => cubicTaps(position(row)), clampTo(size));
}

/**
 * A Gaussian blur that keeps the size; beyond the edges the input is mirrored, without repeating the edge.
 * @param taps number of positions it looks at, odd
 */
export function gaussianBlur(size: number, sigma: number, taps: number): AxisMatrix {
  const radius = Math.floor(taps / 2);
  const weights = Array.from({ length: taps }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const around = (row: number) => weights.map((weight, i): Tap => [row + i - radius, weight / total]);
  const mirror = (position: number) => {
    const folded = Math.abs(position);
    return folded < size ? folded : 2 * (size - 1) - folded;
  };
  return axisMatrix(size, size, around, mirror);
}

/** @param inside where a position beyond the input's edges has its value from */
function axisMatrix(
  rows: number,
  columns: number,
  tapsOf: (row: number) => readonly Tap[],
  inside: (position: number) => number,
): AxisMatrix {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (const [position, weight] of tapsOf(row)) {
      const at = row * columns + inside(position);
      values[at] = (values[at] ?? 0) + weight;
    }
  }
  return { rows, columns, values };
}

function clampTo(size: number): (position: number) => number {
  return (position) => Math.min(Math.max(position, 0), size - 1);
}

function linearTaps(position: number): Tap[] {
  const first = Math.floor(position);
  const t = position - first;
  return [
    [first, 1 - t],
    [first + 1, t],
  ];
}

/** Cubic convolution with a = -0.75 (Keys 1981, eq. 4 with PyTorch's a). */
function cubicTaps(position: number): Tap[] {
  const a = -0.75;
  const first = Math.floor(position);
  const t = position - first;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [
    [first - 1, far(t + 1)],
    [first, near(t)],
    [first + 1, near(1 - t)],
    [first + 2, far(2 - t)],
  ];
}

/** @param end the first position that is not in it */
function meanTaps(start: number, end: number): Tap[] {
  return Array.from({ length: end - start }, (_, i): Tap => [start + i, 1 / (end - start)]);
}
