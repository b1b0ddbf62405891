import * as tf from '@tensorflow/tfjs-core';
import { vjp } from '../../autodiff/index.js';
import type { MetaBackend } from '../../engine/meta/index.js';
import type { ExampleCalls, Methods, Module } from '../../nn/index.js';

/** What the example calls of a module cost, by the names of the modules below it; its own is empty. */
export interface Cost {
  readonly multiplyAdds: ReadonlyMap<string, number>;
  /** What is kept of the calls for the backward pass, in bytes: of the batch itself and the weights nothing. */
  readonly activationBytes: ReadonlyMap<string, number>;
}

/**
 * Makes a module's example calls, as in training, on the backend of shapes without numbers.
 * @returns undefined where the module has none
 */
export function costOfCalls(module: Module, meta: MetaBackend): Cost | undefined {
  const calls = Object.entries(module.exampleCalls());
  if (calls.length === 0) return undefined;
  const methods = module.methods();
  module.train();
  const weights = module.trainableParameters().map(([, parameter]) => parameter.value);
  tf.engine().startScope();
  try {
    const inputs = calls.map(([name, example]) => [name, exampleTensors(example)] as const);
    meta.takeMultiplyAdds();
    const before = meta.liveBytes();
    const call = (): tf.Tensor[] => inputs.flatMap(([name, given]) => outputsOf(methods, name, given));
    const { values, dispose } = attributed(module, meta, () => vjp(call, weights));
    const given = new Set(inputs.flatMap(([, tensors]) => Object.values(tensors)));
    tf.dispose(values.filter((value) => !given.has(value)));
    const activationBytes = meta.liveBytes();
    for (const [part, bytes] of before) activationBytes.set(part, (activationBytes.get(part) ?? 0) - bytes);
    dispose();
    return { multiplyAdds: meta.takeMultiplyAdds(), activationBytes };
  } finally {
    tf.engine().endScope();
  }
}

function exampleTensors(example: ExampleCalls[string]): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(example).map(([name, { shape, dtype = 'float32' }]) => [name, tf.fill([...shape], 0, dtype)]),
  );
}

function outputsOf(methods: Methods, name: string, inputs: Record<string, tf.Tensor>): tf.Tensor[] {
  const method = methods[name];
  if (!method) throw new Error(`exampleCalls names ${name}, which is no method`);
  const result = method(inputs);
  return result instanceof tf.Tensor ? [result] : Object.values(result);
}

/**
 * Runs `f` with the costs of each `forward` below a module in that module's name. The functions are replaced on the objects
 * for as long as `f` runs, so that a call costs nothing more when nobody asks.
 */
function attributed<T>(root: Module, meta: MetaBackend, f: () => T): T {
  const wrapped: Module[] = [];
  try {
    for (const [name, module] of root.namedModules()) {
      const forward: unknown = Reflect.get(module, 'forward');
      if (typeof forward !== 'function') continue;
      const value = (...args: unknown[]): unknown =>
        meta.within(name, () => Reflect.apply(forward, module, args) as unknown);
      Object.defineProperty(module, 'forward', { value, configurable: true });
      wrapped.push(module);
    }
    return meta.within('', f);
  } finally {
    for (const module of wrapped) Reflect.deleteProperty(module, 'forward');
  }
}
