import * as tf from '@tensorflow/tfjs-core';
import { vjp } from '../../autodiff/index.js';
import type { MetaBackend } from '../../engine/meta/index.js';
import type { ExampleInputs, Method, Module } from '../../nn/index.js';

/** What one call of a module with its example inputs costs, by the names of the modules below it; its own is empty. */
export interface Cost {
  readonly multiplyAdds: ReadonlyMap<string, number>;
  /** What is kept of the call for the backward pass, in bytes: of the batch itself and the weights nothing. */
  readonly activationBytes: ReadonlyMap<string, number>;
}

/**
 * Calls a module, as in training, on the backend of shapes without numbers.
 * @returns undefined where the module does not say what it can be called with
 */
export function costOfCall(module: Module, meta: MetaBackend): Cost | undefined {
  const example = module.exampleInputs();
  const method = module.methods().forward;
  if (!example || !method) return undefined;
  module.train();
  const weights = module.trainableParameters().map(([, parameter]) => parameter.value);
  tf.engine().startScope();
  try {
    const inputs = exampleTensors(example);
    meta.takeMultiplyAdds();
    const before = meta.liveBytes();
    const { values, dispose } = attributed(module, meta, () => vjp(() => outputsOf(method, inputs), weights));
    tf.dispose([...values]);
    const activationBytes = meta.liveBytes();
    for (const [part, bytes] of before) activationBytes.set(part, (activationBytes.get(part) ?? 0) - bytes);
    dispose();
    return { multiplyAdds: meta.takeMultiplyAdds(), activationBytes };
  } finally {
    tf.engine().endScope();
  }
}

function exampleTensors(example: ExampleInputs): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(example).map(([name, { shape, dtype = 'float32' }]) => [name, tf.fill([...shape], 0, dtype)]),
  );
}

function outputsOf(method: Method, inputs: Record<string, tf.Tensor>): tf.Tensor[] {
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
