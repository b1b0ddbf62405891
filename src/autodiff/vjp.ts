import * as tf from '@tensorflow/tfjs-core';
import { isRecording, partition, record, release, releaseAll, type TapeNode } from './tape.js';

/** A function's value and its vector-Jacobian product. */
export interface Vjp {
  readonly values: readonly tf.Tensor[];
  /**
   * The gradients of `sum_i <dys[i], values[i]>` with respect to each x, shaped like it; zeros where a value does not
   * depend on it. May be called any number of times until `dispose`; the caller owns what it returns.
   */
  readonly pullback: (dys: readonly tf.Tensor[]) => tf.Tensor[];
  /** Frees what the pullback needs, not the values. */
  readonly dispose: () => void;
}

/**
 * Reverse-mode differentiation over tfjs-core's tape, several roots in one pass. Unlike `tf.grads`, whose tape is gone
 * after one backward pass, the pullback can be called again.
 *
 * @throws Error naming the operation, when one on the way from `xs` has no gradient
 */
export function vjp(f: () => readonly tf.Tensor[], xs: readonly tf.Tensor[]): Vjp {
  const { values, path, fromXs } = trace(f, xs);
  return {
    values,
    pullback: (dys) => backpropagate({ path, fromXs, xs, values, dys, releaseAfterUse: false }),
    dispose: () => {
      releaseAll(path);
    },
  };
}

/**
 * The scalar `f()` and its gradients with respect to `xs`, in one pass: what an operation saved for its gradient is
 * freed as soon as that gradient is taken. The caller owns the value and the gradients. When an operation throws, be it
 * for want of memory, everything made here is freed.
 */
export function valueAndGrads(
  f: () => tf.Scalar,
  xs: readonly tf.Tensor[],
): { value: tf.Scalar; grads: readonly tf.Tensor[] } {
  const { values, path, fromXs } = trace(() => [f()], xs);
  const one = tf.scalar(1);
  try {
    const grads = backpropagate({ path, fromXs, xs, values, dys: [one], releaseAfterUse: true });
    return { value: values[0] as tf.Scalar, grads };
  } catch (error) {
    if (!isRecording()) releaseAll(path);
    tf.dispose([...values]);
    throw error;
  } finally {
    one.dispose();
  }
}

function trace(f: () => readonly tf.Tensor[], xs: readonly tf.Tensor[]) {
  const { value: values, tape } = record(() => [...f()]);
  const { onPath, offPath, fromXs } = partition(tape, xs, values);
  if (!isRecording()) releaseAll(offPath);
  return { values, path: onPath, fromXs };
}

interface Backpropagation {
  readonly path: readonly TapeNode[];
  readonly fromXs: ReadonlySet<number>;
  readonly xs: readonly tf.Tensor[];
  readonly values: readonly tf.Tensor[];
  readonly dys: readonly tf.Tensor[];
  readonly releaseAfterUse: boolean;
}

/** One backward pass; of what it makes, only the gradients of `xs` are left, and nothing when it throws. */
function backpropagate(request: Backpropagation): tf.Tensor[] {
  return tf.tidy(() => gradientsOf(request));
}

function gradientsOf({ path, fromXs, xs, values, dys, releaseAfterUse }: Backpropagation): tf.Tensor[] {
  const gradients = new Gradients();
  values.forEach((value, i) => {
    const dy = dys[i];
    if (dy) gradients.add(value, dy.clone());
  });
  const wanted = new Set(xs.map((x) => x.id));
  for (const node of [...path].reverse()) {
    const outputs = node.outputs.map((output) => gradients.get(output));
    if (outputs.some((dy) => dy !== null)) {
      const inputs = Object.entries(node.inputs).filter(([, input]) => fromXs.has(input.id));
      const computed = tf.tidy(() => inputGradients(node, outputs, inputs));
      inputs.forEach(([name, input]) => {
        gradients.add(input, computed[name] as tf.Tensor);
      });
    }
    for (const output of node.outputs) if (!wanted.has(output.id)) gradients.drop(output);
    if (releaseAfterUse && !isRecording()) release(node);
  }
  const result = xs.map((x) => gradients.get(x)?.clone() ?? tf.zeros(x.shape));
  gradients.dispose();
  return result;
}

/** Runs a node's gradient function; every tensor returned is the caller's own. */
function inputGradients(
  node: TapeNode,
  dys: readonly (tf.Tensor | null)[],
  inputs: readonly (readonly [string, tf.Tensor])[],
): Record<string, tf.Tensor> {
  if (!node.gradient) throw new Error(`${node.kernelName} has no gradient`);
  const functions = node.gradient([...dys]);
  return Object.fromEntries(
    inputs.map(([name, input]) => {
      const gradient = functions[name]?.();
      if (!gradient) throw new Error(`${node.kernelName} has no gradient for its input ${name}`);
      if (!tf.util.arraysEqual(gradient.shape, input.shape)) {
        throw new Error(
          `${node.kernelName}: the gradient of ${name} has shape [${gradient.shape.join(', ')}], ` +
            `its input [${input.shape.join(', ')}]`,
        );
      }
      // A gradient function may hand its dy through; then two owners need two tensors.
      return [name, dys.includes(gradient) ? gradient.clone() : gradient];
    }),
  );
}

/** The gradients gathered so far, by tensor id; owns them. */
class Gradients {
  readonly #byId = new Map<number, tf.Tensor>();

  get(tensor: tf.Tensor): tf.Tensor | null {
    return this.#byId.get(tensor.id) ?? null;
  }

  add(tensor: tf.Tensor, gradient: tf.Tensor): void {
    const sum = this.#byId.get(tensor.id);
    if (!sum) {
      this.#byId.set(tensor.id, gradient);
      return;
    }
    this.#byId.set(tensor.id, tf.add(sum, gradient));
    sum.dispose();
    gradient.dispose();
  }

  drop(tensor: tf.Tensor): void {
    this.#byId.get(tensor.id)?.dispose();
    this.#byId.delete(tensor.id);
  }

  dispose(): void {
    for (const gradient of this.#byId.values()) gradient.dispose();
    this.#byId.clear();
  }
}
