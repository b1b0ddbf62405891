import type * as tf from '@tensorflow/tfjs-core';
import { nearestNames, UserError, type Problem } from '../errors.js';

export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/**
 * What can be called on a module by name, with tensors by name: the published methods with their published arguments.
 * One output comes back as a tensor, several by name. Images are `[N, H, W, C]`; tensors of any other rank come and go as
 * published, signals `[N, C, L]` among them.
 */
export type Methods = Readonly<Record<string, (inputs: NamedTensors) => tf.Tensor | NamedTensors>>;

/** The shape of an input as a method takes it, images as `[N, H, W, C]`; float32 unless stated. */
export interface ExampleInput {
  readonly shape: readonly number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Inputs of one sample for methods, by method. */
export type ExampleCalls = Readonly<Record<string, Readonly<Record<string, ExampleInput>>>>;

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
