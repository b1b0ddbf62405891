import type { BoundingBox, CoordinateTokens } from './coordinate-tokens.js';

/** What tokens say of an image, as far as they do without the number of classes. */
export interface Layout {
  /** Class and what else is told of the object as one number, and its box. */
  readonly objects: readonly { readonly representation: number; readonly box: BoundingBox }[];
  /** Where in the whole image the crop lies; absent where the tokens do not say. */
  readonly crop?: BoundingBox;
}

/** A class and two corners. */
export const TOKENS_PER_OBJECT = 3;
/** Two corners. */
export const TOKENS_OF_CROP = 2;

/** Whether so many tokens end with where the crop lies. */
export function hasCrop(length: number): boolean {
  return length % TOKENS_PER_OBJECT === TOKENS_OF_CROP;
}

/** The way back from the tokens of {@link BoundingBoxBuilder}. */
export function layoutOf(tokens: ArrayLike<number>, coordinates: CoordinateTokens): Layout {
  const none = coordinates.noTokens - 1;
  const at = (i: number): number => tokens[i] ?? none;
  const count = Math.floor(tokens.length / TOKENS_PER_OBJECT);
  const objects = Array.from({ length: count }, (_, i) => i * TOKENS_PER_OBJECT)
    .filter((i) => at(i) !== none)
    .map((i) => ({ representation: at(i), box: coordinates.boxOf(at(i + 1), at(i + 2)) }));
  const last = tokens.length - 1;
  if (!hasCrop(tokens.length)) return { objects };
  return { objects, crop: coordinates.boxOf(at(last - 1), at(last)) };
}
