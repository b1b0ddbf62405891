import * as tf from '@tensorflow/tfjs-core';

/** What a step of {@link mixFactor} saw; the tensors are the sampler's own and gone after the call. */
export interface MixFactorStep {
  /** From 1 to `steps`. */
  readonly step: number;
  readonly steps: number;
  /** The images that the network was given, `[N, H, W, C]`. */
  readonly input: tf.Tensor4D;
  /** What it made of them. */
  readonly prediction: tf.Tensor4D;
}

export interface MixFactorOptions {
  /** The clean images that a network sees in `x [N, H, W, C]`. */
  readonly predictor: (x: tf.Tensor4D) => tf.Tensor4D;
  /** Noise `[N, H, W, C]` to begin with; not disposed. */
  readonly xT: tf.Tensor4D;
  readonly steps: number;
  /** Called after each step and awaited, so that a caller can draw, or stop by throwing. */
  readonly onStep?: (step: MixFactorStep) => void | Promise<void>;
}

/**
 * Moves noise towards what the network predicts, at step i of n by the factor `1 / (n - i)`: the last step's images are
 * its prediction (the diffusion course's sampler in "Diffusion models from scratch").
 *
 * @returns the last images, `[N, H, W, C]`
 * @throws RangeError unless `steps` is an integer from 1 up
 */
export async function mixFactor({ predictor, xT, steps, onStep }: MixFactorOptions): Promise<tf.Tensor4D> {
  if (!Number.isInteger(steps) || steps < 1) throw new RangeError(`mixFactor: expected 1 step or more, found ${steps}`);
  let x = xT.clone();
  try {
    for (let i = 0; i < steps; i += 1) {
      const input = x;
      const factor = 1 / (steps - i);
      const [prediction, next] = tf.tidy(() => {
        const predicted = predictor(input);
        return [predicted, tf.add<tf.Tensor4D>(tf.mul(input, 1 - factor), tf.mul(predicted, factor))] as const;
      });
      x = next;
      try {
        await onStep?.({ step: i + 1, steps, input, prediction });
      } finally {
        tf.dispose([input, prediction]);
      }
    }
    return x;
  } catch (error) {
    x.dispose();
    throw error;
  }
}
