import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.js';
import { registerCpuFallbacks, silence } from './cpu-fallback.js';
import type { EngineName, KernelSupport } from './types.js';

const support = new Map<EngineName, KernelSupport>();

/**
 * Makes a registered backend tfjs's current one, with gradients and with every kernel it lacks run on the CPU backend.
 * @param supportsComplex whether the backend can hold complex numbers
 */
export async function activate(name: EngineName, supportsComplex = true): Promise<void> {
  // The union package registers the gradients, and the CPU backend's kernels, on this same tfjs-core.
  await import('@tensorflow/tfjs');
  silence(tf.findBackend('cpu'));
  if (!support.has(name)) {
    const native = tf.getKernelsForBackend(name).map(({ kernelName }) => kernelName);
    support.set(name, { native, fallback: registerCpuFallbacks(name, supportsComplex) });
  }
  const ready = await tf.setBackend(name);
  if (!ready) throw new EngineError(`The engine ${name} did not start: its tfjs backend failed to initialize`);
  await tf.ready();
}

/** The kernels of an engine that has been started. */
export function kernelSupport(name: EngineName): KernelSupport {
  const found = support.get(name);
  if (!found) throw new Error(`kernelSupport: the engine ${name} has not been started`);
  return { native: [...found.native].sort(), fallback: [...found.fallback].sort() };
}
