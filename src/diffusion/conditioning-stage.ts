import * as tf from '@tensorflow/tfjs-core';
import { withoutRecording } from '../autodiff/index.js';
import { nearestNames, UserError } from '../errors.js';
import type { Module } from '../nn/index.js';
import type { TensorBatch } from '../train/lightning-module.js';
import { imagesOf, tensorOf, tensorOrTextsOf } from '../train/batch-inputs.js';
import { conditionOf, type Condition, type Conditioning } from './condition.js';
import type { ConditioningKey } from './conditioning-key.js';
import type { FirstStage, LatentDistribution } from './first-stage.js';
import { PatchLayouts } from './patches/patch-layouts.js';
import type { SplitInput } from './patches/split-input.js';

/** What a conditioner returns: a distribution is taken at its mode. */
type Encoded = Conditioning | LatentDistribution;

/** What a batch has for a conditioner: images, tokens or labels as a tensor, or texts. */
export type ConditionInput = tf.Tensor | readonly string[];

/** `[height, width, channels]` */
export type ImageShape = readonly [number, number, number];

/** A module that makes conditions, by `encode` where it has one. */
export type Conditioner = Module & {
  encode?(condition: ConditionInput): Encoded;
  forward?(condition: ConditionInput): Encoded;
  /** Images of conditions, `[N, H, W, C]` both, where it has such. */
  decode?(condition: tf.Tensor4D): tf.Tensor4D;
  /**
   * `[height, width, channels]` of the image that it makes such an image of, or, where `output` is undefined, whatever else it
   * makes; undefined where it takes no images.
   */
  inputShape?(output: ImageShape | undefined): ImageShape | undefined;
  /** The name of its input in a batch, where it is the conditioner's own matter. */
  readonly key?: string;
  /** How many classes it takes labels of; absent where it takes something else. */
  readonly numClasses?: number;
  /** Whether it takes texts; absent where it does not. */
  readonly takesTexts?: boolean;
  /** How many tokens there are; absent where it takes none. */
  readonly vocabSize?: number;
};

/** What `cond_stage_config` may be: a conditioner, or one of the published bare names. */
export type ConditioningSource = Conditioner | 'unconditional' | 'first-stage';

export interface ConditioningStageOptions {
  readonly conditioner: Conditioner | FirstStage;
  readonly conditioningKey: Exclude<ConditioningKey, null>;
  /** Name of the condition in a batch. */
  readonly condStageKey: string;
  /** The method to call in place of `encode`. */
  readonly condStageForward: string | null;
  /** Whether gradients go back through it. */
  readonly trainable: boolean;
  /** In the place of the conditioner's own method, e.g. one that remembers. */
  readonly encode?: ((condition: tf.Tensor4D) => Encoded) | undefined;
  /** The mask of what is to be painted stands beside the image in a batch, and is joined to what is made of that. */
  readonly joinsMask?: boolean;
  /** How latent images, of this height and width, are cut, and layouts with them. */
  readonly cut?: { readonly split: SplitInput; readonly size: readonly [number, number] } | undefined;
}

/** The published name of layouts in a batch. */
const LAYOUT_KEY = 'coordinates_bbox';

/** The published name of the mask of what is to be painted: 1 there, -1 where the image is kept. */
const MASK_KEY = 'mask';

const RGB = 3;

/** Makes the conditions of a batch with a conditioner, `get_learned_conditioning` and its inputs as published. */
export class ConditioningStage {
  readonly conditioner: Conditioner | FirstStage;
  /** The classes that images can be asked for, 0 where the condition is something else. */
  readonly numClasses: number;
  readonly takesTexts: boolean;
  /** The name of its input in a batch. */
  readonly key: string;
  /** The layouts of patches, where the condition is one and the image is cut. */
  readonly layouts: PatchLayouts | undefined;
  /** The same, where it is the conditioner's own matter. */
  readonly #ownKey: string | undefined;
  readonly #options: ConditioningStageOptions;
  readonly #encode: (condition: ConditionInput) => Encoded;

  /** @throws UserError when the conditioner has no such method */
  constructor(options: ConditioningStageOptions) {
    this.#options = options;
    this.conditioner = options.conditioner;
    this.numClasses = 'numClasses' in options.conditioner ? (options.conditioner.numClasses ?? 0) : 0;
    this.takesTexts = 'takesTexts' in options.conditioner && options.conditioner.takesTexts === true;
    this.#ownKey = 'key' in options.conditioner ? options.conditioner.key : undefined;
    this.key = this.#ownKey ?? options.condStageKey;
    const { encode, cut } = options;
    if (cut && this.layoutTokens !== undefined) this.layouts = new PatchLayouts(cut.split, cut.size, this.layoutTokens);
    const { layouts } = this;
    const own = encode ? (condition: ConditionInput) => encode(condition as tf.Tensor4D) : methodOf(options);
    if (layouts) {
      this.#encode = (tokens) => layouts.contextOf(tokens as tf.Tensor, (cut) => own(cut) as tf.Tensor3D);
    } else if (this.joinsMask) {
      this.#encode = (masked) => withMask(masked as tf.Tensor4D, (image) => tensorOfEncoded(own(image)) as tf.Tensor4D);
    } else this.#encode = own;
  }

  /** How many tokens the layouts that it takes are told in; undefined where it takes something else. */
  get layoutTokens(): number | undefined {
    const { conditioner } = this;
    return this.key === LAYOUT_KEY && 'vocabSize' in conditioner ? conditioner.vocabSize : undefined;
  }

  /** Whether its input is an image of which a part is left out, with the mask of that part as a last channel. */
  get joinsMask(): boolean {
    return this.#options.joinsMask === true;
  }

  /** Whether what the batch has for it are classes. */
  get takesLabels(): boolean {
    return this.numClasses > 0 || this.#options.conditioningKey === 'adm';
  }

  /** Images of conditions, where the conditioner decodes. */
  get decode(): ((condition: tf.Tensor4D) => tf.Tensor4D) | undefined {
    const { conditioner } = this;
    if (!conditioner.decode) return undefined;
    return (condition) => conditioner.decode?.(this.joinsMask ? withoutMask(condition) : condition) ?? condition;
  }

  /**
   * `[height, width, channels]` of the images, or maps of classes, that conditions are made of for what is diffused in this
   * shape; undefined where they are made of something else.
   *
   * @param inChannels those of the network, where it says how many: of a joined condition it takes the ones that are left
   */
  imageShape([height, width, channels]: ImageShape, inChannels = channels + RGB): ImageShape | undefined {
    const { conditioner } = this;
    if (this.joinsMask) return undefined;
    const { conditioningKey: key } = this.#options;
    const joined: ImageShape | undefined =
      key === 'concat' || key === 'hybrid' ? [height, width, inChannels - channels] : undefined;
    if ('inputShape' in conditioner) return conditioner.inputShape?.(joined);
    const { decode } = this;
    if (!joined || !decode) return undefined;
    // Of an autoencoder: what it makes of the latent image is of the size that it makes that of.
    const [, ...decoded] = tf.tidy(() => decode(tf.zeros([1, ...joined])).shape);
    return decoded;
  }

  /** What the batch has for the conditioner: images `[N, H, W, C]`, tokens, class labels or texts as they are. */
  inputOf(batch: TensorBatch): ConditionInput {
    const { key } = this;
    if (this.#ownKey !== undefined) return tensorOf(batch, key, 'cond_stage_config.params.key');
    const input = tensorOrTextsOf(batch, key, 'cond_stage_key');
    const isImage = input instanceof tf.Tensor && input.rank >= 3;
    if (!isImage) return input;
    const image = tf.cast(imagesOf(batch, key, 'cond_stage_key'), 'float32');
    return this.joinsMask ? tf.concat([image, imagesOf(batch, MASK_KEY, 'cond_stage_key')], 3) : image;
  }

  /**
   * The condition that an input makes.
   * @throws UserError when it is not what `conditioning_key` takes
   */
  conditionOf(input: ConditionInput): Condition {
    const conditioning = this.learnedConditioning(input);
    const condition = conditionOf(this.#options.conditioningKey, conditioning);
    if (condition) return condition;
    const isTensor = conditioning instanceof tf.Tensor;
    throw new UserError({
      path: 'model.params.cond_stage_config',
      problem: `conditioning_key ${this.#options.conditioningKey} takes another condition than this conditioner makes`,
      found: isTensor ? 'one tensor' : 'an image to join and a context',
      expected: isTensor ? 'an image to join and a context' : 'one tensor',
    });
  }

  /** The conditioner's output, with a gradient only where it is trained. */
  learnedConditioning(input: ConditionInput): Conditioning {
    const encoded = this.#options.trainable ? this.#encode(input) : withoutRecording(() => this.#encode(input));
    return tensorOfEncoded(encoded);
  }
}

function tensorOfEncoded(encoded: Encoded): Conditioning {
  return encoded instanceof tf.Tensor || 'c_concat' in encoded ? encoded : encoded.mode();
}

/** All channels but the last, which are the image of an input with a mask. */
export function withoutMask(masked: tf.Tensor4D): tf.Tensor4D {
  const [count, height, width, channels] = masked.shape;
  return tf.slice(masked, [0, 0, 0, 0], [count, height, width, channels - 1]);
}

/** What is made of an image, joined to its mask in the same size: the last channel, without interpolation. */
function withMask(masked: tf.Tensor4D, encode: (image: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const encoded = encode(withoutMask(masked));
    const [, height, width] = encoded.shape;
    const mask = tf.slice(masked, [0, 0, 0, masked.shape[3] - 1], [-1, -1, -1, 1]);
    return tf.concat([encoded, tf.image.resizeNearestNeighbor(mask, [height, width])], 3);
  });
}

function methodOf({ conditioner, condStageForward }: ConditioningStageOptions): (condition: ConditionInput) => Encoded {
  const names = condStageForward === null ? ['encode', 'forward'] : [condStageForward];
  for (const name of names) {
    const method: unknown = Reflect.get(conditioner, name);
    if (typeof method === 'function') return (condition) => Reflect.apply(method, conditioner, [condition]) as Encoded;
  }
  throw new UserError({
    path: 'model.params.cond_stage_forward',
    problem: 'the conditioner has no such method',
    found: names.join(' or '),
    nearest: nearestNames(names[0] ?? '', Object.keys(conditioner.methods())),
  });
}
