import * as tf from '@tensorflow/tfjs-core';
import { backpropagate } from './backpropagate.js';
import { isRecording, partition, record, release, releaseAll, type TapeNode } from './tape.js';
import { shapesOf } from './tensor-lists.js';

/** A function's value and its vector-Jacobian product. */
export interface Vjp {
  readonly values: readonly tf.Tensor[];
  /**
   * The gradients of `sum_i <dys[i], values[i]>` with respect to each x, shaped like it; zeros where a value does not
   * depend on it. May be called any number of times until `dispose`; the caller owns what it returns.
   * @throws RangeError unless there is a dy of its shape for each value
   */
  readonly pullback: (dys: readonly tf.Tensor[]) => tf.Tensor[];
  /** Frees what the pullback needs, not the values. */
  readonly dispose: () => void;
}

/**
 * Reverse-mode differentiation over tfjs-core's tape, several roots in one pass. Unlike `tf.grads`, whose tape is gone
 * after one backward pass, the pullback can be called again.
 *
 * @throws Error from the pullback, naming the operation, when one on the way from `xs` has no gradient
 */
export function vjp(f: () => readonly tf.Tensor[], xs: readonly tf.Tensor[]): Vjp {
  const { values, path, fromXs } = trace(f, xs);
  return {
    values,
    pullback: (dys) => {
      checkRoots(values, dys);
      return backpropagate({ path, fromXs, xs, values, dys, release: () => undefined });
    },
    dispose: () => {
      releaseAll(path);
    },
  };
}

/**
 * The gradients of `sum_i <dys[i], f()[i]>` with respect to `xs`, in one pass: what an operation saved for its gradient
 * is freed as soon as that gradient is taken, and the values before. The caller owns the gradients.
 *
 * @param dys ones where not given, so that the gradients are those of the sum of everything
 * @throws Error naming the operation, when one on the way from `xs` has no gradient
 */
export function grads(
  f: () => tf.Tensor | readonly tf.Tensor[],
  xs: readonly tf.Tensor[],
  dys?: readonly tf.Tensor[],
): tf.Tensor[] {
  // The scope frees the values that f made, and none that it was given: only their shapes are needed from here.
  tf.engine().startScope();
  let traced: Trace;
  try {
    traced = trace(() => [f()].flat(), xs);
  } finally {
    tf.engine().endScope();
  }
  const { values } = traced;
  const roots = dys ?? values.map((value) => tf.ones(value.shape));
  try {
    return differentiate(traced, xs, roots);
  } finally {
    if (!dys) tf.dispose([...roots]);
  }
}

/**
 * The scalar `f()` and its gradients with respect to `xs`, in one pass; see grads. The caller owns the value and the
 * gradients.
 */
export function valueAndGrads(
  f: () => tf.Scalar,
  xs: readonly tf.Tensor[],
): { value: tf.Scalar; grads: readonly tf.Tensor[] } {
  const traced = trace(() => [f()], xs);
  const one = tf.scalar(1);
  try {
    return { value: traced.values[0] as tf.Scalar, grads: differentiate(traced, xs, [one]) };
  } catch (error) {
    tf.dispose([...traced.values]);
    throw error;
  } finally {
    one.dispose();
  }
}

interface Trace {
  readonly values: readonly tf.Tensor[];
  readonly path: readonly TapeNode[];
  readonly fromXs: ReadonlySet<number>;
}

function trace(f: () => readonly tf.Tensor[], xs: readonly tf.Tensor[]): Trace {
  const recording = record(() => [...f()], xs);
  const { onPath, offPath } = partition(recording, recording.value);
  if (!isRecording()) releaseAll(offPath);
  return { values: recording.value, path: onPath, fromXs: recording.fromXs };
}

/** The one backward pass over a trace; frees what it saved. */
function differentiate({ values, path, fromXs }: Trace, xs: readonly tf.Tensor[], dys: readonly tf.Tensor[]) {
  // What another recording recorded too is freed by that one.
  const isNested = isRecording();
  try {
    checkRoots(values, dys);
    const released = isNested ? () => undefined : release;
    return backpropagate({ path, fromXs, xs, values, dys, release: released });
  } finally {
    if (!isNested) releaseAll(path);
  }
}

function checkRoots(values: readonly tf.Tensor[], dys: readonly tf.Tensor[]): void {
  if (shapesOf(values) !== shapesOf(dys)) {
    throw new RangeError(`expected a dy for each value, shaped ${shapesOf(values)}, found ${shapesOf(dys)}`);
  }
}
