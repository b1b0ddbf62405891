import * as tf from '@tensorflow/tfjs-core';
import { toRgb } from '../first-stages/to-rgb.js';
import type { Generator } from '../random/index.js';
import type { TensorBatch } from '../train/lightning-module.js';
import type { Condition } from './condition.js';
import { withoutMask, type ConditionInput, type ConditioningStage } from './conditioning-stage.js';
import { layoutImages } from './layout-images.js';
import { textImages } from './text-images.js';

/** A condition that is to be shown. */
export interface ShownCondition {
  readonly stage: ConditioningStage;
  /** What the conditioner was given. */
  readonly input: ConditionInput;
  /** What it made of it. */
  readonly condition: Condition;
  readonly batch: TensorBatch;
  /** Height and width of pictures of texts. */
  readonly size: readonly [number, number];
  /** Draws the colours of maps. */
  readonly generator: Generator;
}

/**
 * Pictures of the conditions of a batch by their published names, in [-1, 1]: `conditioning` is what a conditioner that
 * decodes makes of its condition, a caption, the name of a class or its number, a layout, or the image that the condition is;
 * `original_conditioning` a map of more than three channels in colours. Other tokens are not shown: their texts are not known.
 */
export function conditioningImages(shown: ShownCondition): Record<string, tf.Tensor4D> {
  const { stage, condition, generator, size } = shown;
  return tf.tidy(() => {
    const input = stage.joinsMask ? withoutMask(shown.input as tf.Tensor4D) : shown.input;
    const decoded = condition.cConcat && stage.decode?.(condition.cConcat);
    const isMap = input instanceof tf.Tensor && input.rank === 4 && (input.shape[3] ?? 0) > 3;
    const original = isMap ? { original_conditioning: toRgb(input as tf.Tensor4D, generator) } : undefined;
    if (decoded) return { conditioning: coloured(decoded, generator), ...original };
    const texts = textsOf(shown);
    if (texts) return { conditioning: textImages(texts, size) };
    if (stage.layoutTokens !== undefined && input instanceof tf.Tensor) {
      return { conditioning: layoutImages(input, stage.layoutTokens, size) };
    }
    if (original || !(input instanceof tf.Tensor) || input.rank !== 4) return { ...original };
    const isImage = [1, 3].includes(input.shape[3] ?? 0);
    return isImage ? { conditioning: tf.clone(input as tf.Tensor4D) } : {};
  });
}

function coloured(images: tf.Tensor4D, generator: Generator): tf.Tensor4D {
  return images.shape[3] > 3 ? toRgb(images, generator) : images;
}

/** Captions, names of classes, or the numbers of those that have none. */
function textsOf({ stage, input, batch }: ShownCondition): readonly string[] | undefined {
  if (!(input instanceof tf.Tensor)) return input;
  if (input.rank !== 1 || !stage.takesLabels) return undefined;
  const { human_label: names } = batch;
  if (names !== undefined && !(names instanceof tf.Tensor)) return names;
  return Array.from(input.dataSync(), String);
}
