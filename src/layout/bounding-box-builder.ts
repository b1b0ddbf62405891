import { UserError } from '../errors.js';
import type { HostGenerator } from '../random/index.js';
import { CoordinateTokens, FULL_CROP, type BoundingBox } from './coordinate-tokens.js';
import { TOKENS_OF_CROP, TOKENS_PER_OBJECT } from './layout-of.js';

/** An object in an image. */
export interface LayoutObject {
  /** The number of its class, from 0 on. */
  readonly category: number;
  readonly box: BoundingBox;
  readonly isGroupOf: boolean;
  readonly isOccluded: boolean;
  readonly isDepiction: boolean;
  readonly isInside: boolean;
}

/** How layouts are told in tokens. */
export interface BoundingBoxBuilderOptions {
  readonly noObjectClasses: number;
  readonly noMaxObjects: number;
  readonly noTokens: number;
  /** End with where in the whole image the crop lies; the boxes are then those in the whole image. */
  readonly encodeCrop: boolean;
  /** Tell a group from a single object. */
  readonly useGroupParameter: boolean;
  /** Tell whether an object is occluded, depicted, or seen from inside. */
  readonly useAdditionalParameters: boolean;
}

/** What became of an image on its way into an example. */
export interface Cropping {
  /** The part that was cut out. */
  readonly crop?: BoundingBox;
  readonly flip?: boolean;
}

/**
 * The layout of an image as tokens, for layout-to-image: for each object its class with what else is told of it and the two
 * corners of its box, then what stands for no object, then where the crop lies (taming-transformers,
 * `ObjectsBoundingBoxConditionalBuilder`).
 */
export class BoundingBoxBuilder {
  readonly coordinates: CoordinateTokens;
  readonly #options: BoundingBoxBuilderOptions;

  /** @throws UserError where there are not tokens enough for the classes */
  constructor(options: BoundingBoxBuilderOptions) {
    this.#options = options;
    this.coordinates = new CoordinateTokens(options.noTokens);
    const { noObjectClasses: classes, useGroupParameter, useAdditionalParameters } = options;
    const representations = classes * (useAdditionalParameters ? 16 : useGroupParameter ? 2 : 1);
    if (representations > this.none) {
      throw new UserError({
        path: 'no_tokens',
        problem: 'are not enough for the classes and what else is told of objects',
        found: String(options.noTokens),
        expected: `more than ${representations}, ${classes} classes times ${representations / classes}`,
        remedy: 'take fewer classes, or set use_additional_parameters: false',
      });
    }
  }

  /** The token that stands for no object. */
  get none(): number {
    return this.#options.noTokens - 1;
  }

  /** How many tokens a layout has: `max_seq_len` of what they are embedded by. */
  get embeddingDim(): number {
    const { noMaxObjects, encodeCrop } = this.#options;
    return noMaxObjects * TOKENS_PER_OBJECT + (encodeCrop ? TOKENS_OF_CROP : 0);
  }

  /**
   * Objects outside the crop are left out.
   * @param objects no more than there may be; in an order that `random` draws
   * @returns `[embeddingDim]`
   */
  build(
    objects: readonly LayoutObject[],
    { crop = FULL_CROP, flip = false }: Cropping,
    random: HostGenerator,
  ): Int32Array {
    const { encodeCrop } = this.#options;
    const seen = random.shuffled(objects).filter(({ box }) => overlaps(box, crop));
    const frame = encodeCrop ? FULL_CROP : crop;
    const tokens = new Int32Array(this.embeddingDim).fill(this.none);
    seen.forEach((object, i) => {
      const corners = this.coordinates.tokensOfBox(boxWithin(object.box, frame, flip));
      tokens.set([this.representationOf(object), ...corners], i * TOKENS_PER_OBJECT);
    });
    if (encodeCrop) {
      tokens.set(this.coordinates.tokensOfBox(flip ? flipped(crop) : crop), tokens.length - TOKENS_OF_CROP);
    }
    return tokens;
  }

  /** A class with what else is told of an object, as one number. */
  representationOf(object: LayoutObject): number {
    const { noObjectClasses, useGroupParameter, useAdditionalParameters } = this.#options;
    const group = useGroupParameter && object.isGroupOf ? 1 : 0;
    const additional = (object.isOccluded ? 2 : 0) + (object.isDepiction ? 4 : 0) + (object.isInside ? 8 : 0);
    return object.category + noObjectClasses * (group + (useAdditionalParameters ? additional : 0));
  }
}

function overlaps([x0, y0, width, height]: BoundingBox, [left, top, w, h]: BoundingBox): boolean {
  const across = Math.min(x0 + width, left + w) - Math.max(x0, left);
  const down = Math.min(y0 + height, top + h) - Math.max(y0, top);
  return across > 0 && down > 0;
}

/**
 * A box in the image as it is in a part of it, with left and right exchanged. As published, a box that begins before the part
 * does keeps its width.
 */
function boxWithin(
  [x, y, width, height]: BoundingBox,
  [left, top, frameWidth, frameHeight]: BoundingBox,
  flip: boolean,
): BoundingBox {
  const x0 = clamped((x - left) / frameWidth);
  const y0 = clamped((y - top) / frameHeight);
  const w = Math.min(width / frameWidth, 1 - x0);
  const h = Math.min(height / frameHeight, 1 - y0);
  return [flip ? 1 - (x0 + w) : x0, y0, w, h];
}

function flipped([x0, y0, width, height]: BoundingBox): BoundingBox {
  return [1 - (x0 + width), y0, width, height];
}

function clamped(value: number): number {
  return Math.max(Math.min(value, 1), 0);
}
