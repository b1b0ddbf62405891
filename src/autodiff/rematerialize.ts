import * as tf from '@tensorflow/tfjs-core';
import { rematerializationOf } from '../ops/index.js';
import type { TapeNode } from './tape.js';

/** A saved tensor that was freed and how to compute it again, for as long as its own operation's gradient is not taken. */
interface Freed {
  readonly index: number;
  readonly compute: () => tf.Tensor;
}

const freedOf = new WeakMap<TapeNode, readonly Freed[]>();

/** Operations whose output is their input's data under another shape. */
const views = new Set([tf.Identity, tf.Reshape, tf.ExpandDims]);

/** Finds the operation, among those recorded so far by output, whose output's data `tensor` shows. */
function sourceOf(
  tensor: tf.Tensor,
  producers: ReadonlyMap<number, TapeNode>,
): { output: tf.Tensor; producer: TapeNode } | undefined {
  const producer = producers.get(tensor.id);
  if (!producer) return undefined;
  const [input] = Object.values(producer.inputs);
  return views.has(producer.kernelName) && input ? sourceOf(input, producers) : { output: tensor, producer };
}

/**
 * Frees what a node saves of its inputs where an operation recorded before can compute it again.
 * That operation is on a path to the result whenever this node is, so that what it needs is kept as long.
 */
export function freeRematerializable(
  node: TapeNode,
  inputs: readonly tf.Tensor[],
  producers: ReadonlyMap<number, TapeNode>,
): void {
  const freed: Freed[] = [];
  for (const input of inputs) {
    const source = sourceOf(input, producers);
    const rematerialize = source && rematerializationOf(source.output);
    if (!rematerialize) continue;
    node.saved.forEach((saved, index) => {
      if (saved.isDisposed || saved.dataId !== input.dataId) return;
      const { shape } = saved;
      saved.dispose();
      freed.push({ index, compute: () => tf.reshape(rematerialize(source.producer.saved), shape) });
    });
  }
  if (freed.length > 0) freedOf.set(node, freed);
}

/** Puts back what was freed of a node while `f` runs; call in a scope, which frees it again. */
export function withRematerialized<T>(node: TapeNode, f: () => T): T {
  // The gradient function reads this very array.
  const saved = node.saved as tf.Tensor[];
  const freed = (freedOf.get(node) ?? []).map(({ index, compute }) => {
    const disposed = saved[index] as tf.Tensor;
    saved[index] = compute();
    return { index, disposed };
  });
  try {
    return f();
  } finally {
    for (const { index, disposed } of freed) saved[index] = disposed;
  }
}
