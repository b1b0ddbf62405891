import type * as tf from '@tensorflow/tfjs-core';
import { nearestNames, UserError, type Problem } from '../errors.js';

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** A published method with its published arguments, by name. One output comes back as a tensor, several by name. */
export interface Method {
  (inputs: NamedTensors): tf.Tensor | NamedTensors;
  /**
   * The inputs and outputs, one output going by `y`, that PyTorch holds as `[N, C, L]` where they have rank 3: signals,
   * `[N, L, C]` here. Of rank 3 without being named here are sequences of vectors, `[N, T, C]` in both.
   */
  readonly signals?: readonly string[];
}

/** What can be called on a module by name. */
export type Methods = Readonly<Record<string, Method>>;

/** A method some of whose tensors are signals where they have rank 3, see {@link Method.signals}. */
export function withSignals(signals: readonly string[], method: Method): Method {
  return Object.assign((inputs: NamedTensors) => method(inputs), { signals });
}

/** The shape of an input as a method takes it, images as `[N, H, W, C]`; float32 unless stated. */
export interface ExampleInput {
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

export type ExampleInputs = Readonly<Record<string, ExampleInput>>;

/**
 * The inputs of a method, checked.
 * @throws UserError listing every input that is missing or unknown
 */
export function inputsOf<R extends string, O extends string = never>(
  inputs: NamedTensors,
  required: readonly R[],
  optional: readonly O[] = [],
): Record<R, tf.Tensor> & Partial<Record<O, tf.Tensor>> {
  const known: readonly string[] = [...required, ...optional];
  const expected = [...required, ...optional.map((name) => `${name} (optional)`)].join(', ');
  const problems: Problem[] = [
    ...required
      .filter((name) => !(name in inputs))
      .map((name) => ({ problem: `the input ${name} is missing`, found: Object.keys(inputs).join(', '), expected })),
    ...Object.keys(inputs)
      .filter((name) => !known.includes(name))
      .map((name) => ({ problem: `unknown input ${name}`, expected, nearest: nearestNames(name, known) })),
  ];
  if (problems.length > 0) throw new UserError(problems);
  return inputs as Record<R, tf.Tensor> & Partial<Record<O, tf.Tensor>>;
}
