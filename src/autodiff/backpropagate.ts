import * as tf from '@tensorflow/tfjs-core';
import { accumulate, isDifferentiatedByFirst } from '../ops/index.js';
import { withRematerialized } from './rematerialize.js';
import { inputsFrom, isRecording, type TapeNode } from './tape.js';

export interface Backpropagation {
  /** The nodes on a path from `xs` to `values`, in recorded order. */
  readonly path: readonly TapeNode[];
  /** The ids of the tensors that depend on `xs`. */
  readonly fromXs: ReadonlySet<number>;
  readonly xs: readonly tf.Tensor[];
  /** Only their shapes are read: they may be disposed. */
  readonly values: readonly tf.Tensor[];
  readonly dys: readonly tf.Tensor[];
  /** Called with each node once its gradients are taken. */
  readonly release: (node: TapeNode) => void;
}

/** Walks a tape backwards: the gradients of `xs`, zeros where no value depends on one; the caller owns them. */
export function backpropagate({ path, fromXs, xs, values, dys, release }: Backpropagation): tf.Tensor[] {
  const gradients = new Gradients();
  const wanted = new Set(xs.map((x) => x.id));
  try {
    values.forEach((value, i) => {
      const dy = dys[i];
      if (dy && fromXs.has(value.id)) gradients.add(value, tf.clone(dy));
    });
    for (const node of [...path].reverse()) {
      const outputs = node.outputs.map((output) => gradients.get(output));
      if (outputs.some((dy) => dy !== null)) {
        const computed = inputGradients(node, outputs, inputsFrom(node, fromXs));
        // Before they are added up: a gradient function may have handed its dy through, which then is free to take over.
        for (const output of node.outputs) if (!wanted.has(output.id)) gradients.drop(output);
        for (const [name, gradient] of computed) gradients.add(node.inputs[name] as tf.Tensor, gradient);
      }
      release(node);
    }
    // An x that is asked for twice gets two tensors.
    const lastOf = new Map(xs.map((x, i) => [x.id, i]));
    return xs.map((x, i) => {
      if (lastOf.get(x.id) === i) return gradients.take(x) ?? tf.zeros(x.shape);
      const gradient = gradients.get(x);
      return gradient ? tf.clone(gradient) : tf.zeros(x.shape);
    });
  } finally {
    gradients.dispose();
  }
}

/** Runs a node's gradient function for the inputs named; every tensor returned is the caller's own. */
function inputGradients(
  node: TapeNode,
  dys: readonly (tf.Tensor | null)[],
  inputs: readonly string[],
): [name: string, gradient: tf.Tensor][] {
  const { gradient: gradientOf, kernelName } = node;
  if (!gradientOf) throw new Error(`${kernelName} has no gradient`);
  const compute = () => {
    const isNew = newTensors();
    const functions = gradientOf(givenTo(node, dys), inputs);
    return inputs.map((name) =>
      // Frees what the gradient of one input takes before the next.
      tf.tidy(() => {
        const gradient = functions[name]?.();
        if (!gradient) throw new Error(`${kernelName} has no gradient for its input ${name}`);
        const expected = (node.inputs[name] as tf.Tensor).shape;
        if (gradient.dtype !== 'float32' || !tf.util.arraysEqual(gradient.shape, expected)) {
          throw new Error(
            `${kernelName}: the gradient of ${name} is ${gradient.dtype} [${gradient.shape.join(', ')}], ` +
              `expected float32 [${expected.join(', ')}]`,
          );
        }
        // A gradient function may give its dy, what it saved, or one tensor for two inputs: each owner gets its own.
        return isNew(gradient) ? gradient : tf.clone(gradient);
      }),
    );
  };
  const computed = tf.tidy(() => withRematerialized(node, compute));
  return inputs.map((name, i) => [name, computed[i] as tf.Tensor]);
}

/**
 * A function that tells, once of each, whether a tensor was made since this call and belongs to the scope: tfjs counts up
 * the ids it gives.
 */
function newTensors(): (tensor: tf.Tensor) => boolean {
  const first = (tf.engine() as unknown as { nextTensorId: () => number }).nextTensorId();
  const seen = new Set<number>();
  return ({ id, kept }) => {
    const isNew = id > first && !kept && !seen.has(id);
    seen.add(id);
    return isNew;
  };
}

/** tfjs-core makes zeros of the gradients that are missing; where the function does not read them, the first stands in. */
function givenTo({ kernelName }: TapeNode, dys: readonly (tf.Tensor | null)[]): (tf.Tensor | null)[] {
  const [first = null] = dys;
  return isDifferentiatedByFirst(kernelName) ? dys.map((dy) => dy ?? first) : [...dys];
}

/** The gradients gathered so far, by tensor id; owns them. */
class Gradients {
  readonly #byId = new Map<number, tf.Tensor>();

  get(tensor: tf.Tensor): tf.Tensor | null {
    return this.#byId.get(tensor.id) ?? null;
  }

  /** Takes over `gradient`. */
  add(tensor: tf.Tensor, gradient: tf.Tensor): void {
    const sum = this.#byId.get(tensor.id);
    this.#byId.set(tensor.id, sum ? added(sum, gradient) : gradient);
  }

  /** Hands over. */
  take(tensor: tf.Tensor): tf.Tensor | null {
    const gradient = this.get(tensor);
    this.#byId.delete(tensor.id);
    return gradient;
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

/** The sum of two gradients, taking over both. */
function added(sum: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  // An update in place is no operation that a recording could differentiate.
  if (!isRecording()) return accumulate(sum, gradient);
  const result = tf.add(sum, gradient);
  tf.dispose([sum, gradient]);
  return result;
}
