import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import {
  GroupNorm,
  GroupNormApply,
  GroupNormGrad,
  GroupNormScaleShift,
  GroupNormScaleShiftGrad,
  type GroupNormAttrs,
} from './kernels/index.js';
import { hasNativeKernel, runNative, runNativeForFirst } from './native.js';
import { setRematerialization } from './rematerialize.js';
import { silu } from './silu.js';

/** What each image's normalized channels are multiplied by, less one, and moved by: `[N, C]` both. */
export interface ScaleShift {
  readonly scale: tf.Tensor;
  readonly shift: tf.Tensor;
}

export interface GroupNormOptions {
  readonly numGroups: number;
  readonly epsilon?: number;
  readonly activation?: 'linear' | 'silu';
  readonly scaleShift?: ScaleShift | undefined;
}

type Names = readonly string[];

/** Both kernels' gradients: they differ in their inputs only. */
function registerGroupNormGradient(kernelName: string, gradKernelName: string, inputNames: Names): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...inputNames],
    outputsToSave: [false, true, true],
    gradFunc: (dy, saved, attrs) => {
      const names = [...inputNames, 'mean', 'rstd'];
      const inputs = Object.fromEntries(names.map((name, i) => [name, saved[i] as tf.Tensor]));
      // Three outputs, so three dys: those of mean and rstd, statistics kept for this function only, are not used.
      const gradients = runNative(gradKernelName, { dy: (dy as tf.Tensor[])[0] as tf.Tensor, ...inputs }, attrs);
      return Object.fromEntries(inputNames.map((name, i) => [name, () => gradients[i] as tf.Tensor]));
    },
  });
}

const parameterNames = ['x', 'gamma', 'beta'];
const scaleShiftNames = ['scale', 'shift'];

registerGroupNormGradient(GroupNorm, GroupNormGrad, parameterNames);
registerGroupNormGradient(GroupNormScaleShift, GroupNormScaleShiftGrad, [...parameterNames, ...scaleShiftNames]);

/**
 * Group normalization over channel groups of the last axis (Wu and He 2018, eq. 1-5), optionally scaled and shifted for
 * each image, `GroupNorm(x) (1 + scale) + shift` (Dhariwal and Nichol 2021, eq. 3), and followed by SiLU.
 * Statistics are taken per sample and group over all axes between the first and the last.
 *
 * @param x `[N, ..., C]`
 * @param gamma scale, `[C]`
 * @param beta offset, `[C]`
 * @returns the shape of `x`
 * @throws ShapeError when `C` is not divisible by `numGroups`, or scale or shift are not `[N, C]`
 */
export function groupNorm<R extends tf.Rank>(
  x: tf.Tensor<R>,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { numGroups, epsilon = 1e-5, activation = 'linear', scaleShift }: GroupNormOptions,
): tf.Tensor<R> {
  checkShapes(x, numGroups, scaleShift);
  const attrs: GroupNormAttrs = { numGroups, epsilon, activation };
  const kernelName = scaleShift ? GroupNormScaleShift : GroupNorm;
  if (hasNativeKernel(kernelName)) {
    const names = scaleShift ? [...parameterNames, ...scaleShiftNames] : parameterNames;
    const y = runNativeForFirst(kernelName, { x, gamma, beta, ...scaleShift }, attrs);
    setRematerialization(y, (saved) => {
      const inputs = [...names, 'mean', 'rstd'].map((name, i) => [name, saved[i] as tf.Tensor] as const);
      return runNativeForFirst(GroupNormApply, Object.fromEntries(inputs), attrs);
    });
    return y as tf.Tensor<R>;
  }
  return tf.tidy(() => {
    const [batch = 1, ...rest] = x.shape;
    const channels = rest.pop() ?? 0;
    const grouped = tf.reshape(x, [batch, -1, numGroups, channels / numGroups]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    const normalized = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon)));
    let y = tf.add(tf.mul(tf.reshape(normalized, x.shape), gamma), beta);
    if (scaleShift) {
      const perChannel = [batch, ...rest.map(() => 1), channels];
      const { scale, shift } = scaleShift;
      y = tf.add(tf.mul(y, tf.add(tf.reshape(scale, perChannel), 1)), tf.reshape(shift, perChannel));
    }
    return (activation === 'silu' ? silu(y) : y) as tf.Tensor<R>;
  });
}

function checkShapes(x: tf.Tensor, numGroups: number, scaleShift: ScaleShift | undefined): void {
  const text = (shape: readonly number[]) => `[${shape.join(', ')}]`;
  const channels = x.shape[x.rank - 1] ?? 0;
  if (x.rank < 2 || channels % numGroups !== 0) {
    throw new ShapeError('groupNorm', `[N, ..., C] with C divisible by ${numGroups} groups`, text(x.shape));
  }
  const expected = [x.shape[0], channels];
  for (const name of ['scale', 'shift'] as const) {
    const { shape } = scaleShift?.[name] ?? { shape: expected };
    if (!tf.util.arraysEqual(shape, expected)) {
      throw new ShapeError('groupNorm', `a ${name} of the shape ${text(expected)}`, text(shape));
    }
  }
}
