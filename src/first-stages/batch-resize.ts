import * as tf from '@tensorflow/tfjs-core';
import { cubicResizing } from '../models/encoders/interpolation.js';
import { resampleImage } from '../models/encoders/resample.js';
import type { Generator } from '../random/index.js';

/** Heights that are drawn differ by a multiple of this. */
const STEP = 16;

/** The last step that sees the largest height: what does not fit into memory shows at once. */
const LAST_OF_LARGEST = 4;

/**
 * The height that a batch is resized to: `batch_resize_range` of the published VQModel.
 * @param range smallest and largest, in pixels
 * @param step of the training, counted from 0
 */
export function drawnHeight(
  range: readonly number[],
  { step, generator }: { step: number; generator: Generator },
): number {
  const [least = 0, most = least] = range;
  if (step <= LAST_OF_LARGEST) return most;
  const choices = Math.ceil((most + STEP - least) / STEP);
  const [choice = 0] = tf.tidy(() => generator.integers(choices, [1]).dataSync());
  return least + STEP * choice;
}

/** `[N, H, W, C]` to `[N, height, height, C]`, bicubic as `torch.nn.functional.interpolate`; as it is where H is that. */
export function resized(x: tf.Tensor4D, height: number): tf.Tensor4D {
  if (x.shape[1] === height) return x;
  return resampleImage(x, (size) => cubicResizing(size, height, { alignCorners: false }));
}
