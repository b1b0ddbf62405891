import * as tf from '@tensorflow/tfjs-core';
import type { TensorBatch } from '../data/to-tensors.js';
import { UserError } from '../errors.js';
import type { Generator } from '../random/index.js';

/** How often a condition is left out, and what then takes its place. */
export interface Dropout {
  /** The probability, of each example by itself. */
  readonly p: number;
  /** A label of no class, or a text. */
  readonly val: number | string;
}

/**
 * Leaves out conditions of a training batch, so that the network also learns to do without, which guidance takes (Ho and
 * Salimans 2022, algorithm 1; `ucg_training` of Stable Diffusion 2's code).
 *
 * @param dropouts by the conditions' keys in the batch
 * @throws UserError where the batch has no such condition, or one that is neither labels nor texts
 */
export function withConditionsDropped(
  batch: TensorBatch,
  dropouts: Readonly<Record<string, Dropout>>,
  generator: Generator,
): TensorBatch {
  const replaced = Object.entries(dropouts).map(([key, { p, val }]): [string, TensorBatch[string]] => {
    const condition = batch[key];
    if (condition instanceof tf.Tensor && condition.rank === 1 && typeof val === 'number') {
      const isDropped = tf.less(generator.uniform(condition.shape), p);
      return [key, tf.where(isDropped, tf.fill(condition.shape, val, condition.dtype), condition)];
    }
    if (Array.isArray(condition) && typeof val === 'string') {
      const draws = tf.tidy(() => generator.uniform([condition.length]).dataSync());
      return [key, (condition as readonly string[]).map((text, i) => ((draws[i] ?? 1) < p ? val : text))];
    }
    throw new UserError({
      path: `model.params.ucg_training.${key}`,
      problem: condition === undefined ? 'the data set has no such condition' : 'this condition cannot be left out',
      found: `val: ${JSON.stringify(val)}`,
      expected:
        condition === undefined
          ? `one of ${Object.keys(batch).join(', ')}`
          : 'class labels with a number in their place, or texts with a text',
    });
  });
  return { ...batch, ...Object.fromEntries(replaced) };
}
