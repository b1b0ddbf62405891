/** How much a pixel of a patch counts where patches overlap, and by `tie` a patch among all. */
export interface BorderWeights {
  readonly clip_min_weight: number;
  readonly clip_max_weight: number;
  readonly tie_braker: boolean;
  readonly clip_min_tie_weight: number;
  readonly clip_max_tie_weight: number;
}

/** Row and column of each pixel of a grid, row by row. */
export function meshgrid(height: number, width: number): [number, number][] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);
}

/**
 * The distance of each pixel to the nearest border, row by row: 0 on the border, at most 0.5, in height and width each
 * as a part of the whole. A side of one pixel is a border (the published formula divides by 0 there).
 */
export function deltaBorder(height: number, width: number): number[] {
  const along = (position: number, size: number): number => {
    const part = size > 1 ? position / (size - 1) : 0;
    return Math.min(part, 1 - part);
  };
  return meshgrid(height, width).map(([y, x]) => Math.min(along(y, height), along(x, width)));
}

/**
 * The published `get_weighting`, by its two factors.
 *
 * @param patch `[height, width]` of a patch
 * @param grid how many patches there are, `[down, across]`
 * @returns the weight of each pixel of a patch, row by row, and that of each patch, 1 without `tie_braker`
 */
export function getWeighting(
  patch: readonly [number, number],
  grid: readonly [number, number],
  weights: BorderWeights,
): { readonly pixels: number[]; readonly ties: number[] } {
  const pixels = deltaBorder(...patch).map(clip(weights.clip_min_weight, weights.clip_max_weight));
  if (!weights.tie_braker) return { pixels, ties: meshgrid(...grid).map(() => 1) };
  return { pixels, ties: deltaBorder(...grid).map(clip(weights.clip_min_tie_weight, weights.clip_max_tie_weight)) };
}

function clip(least: number, most: number): (value: number) => number {
  return (value) => Math.min(Math.max(value, least), most);
}
