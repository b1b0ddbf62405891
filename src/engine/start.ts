import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.js';
import { registerCpuFallbacks, silence } from './cpu-fallback.js';
import type { EngineName, KernelSupport } from './types.js';

const fallbacks = new Map<EngineName, readonly string[]>();

/**
 * Makes a registered backend tfjs's current one, with gradients and with every kernel it lacks run on the CPU backend.
 * @param supportsComplex whether the backend can hold complex numbers
 */
export async function activate(name: EngineName, supportsComplex = true): Promise<void> {
  // The union package registers the gradients, and the CPU backend's kernels, on this same tfjs-core.
  await import('@tensorflow/tfjs');
  silence(tf.findBackend('cpu'));
  if (!fallbacks.has(name)) fallbacks.set(name, registerCpuFallbacks(name, supportsComplex));
  const ready = await tf.setBackend(name);
  if (!ready) throw new EngineError(`The engine ${name} did not start: its tfjs backend failed to initialize`);
  await tf.ready();
}

/** The kernels of an engine that has been started. */
export function kernelSupport(name: EngineName): KernelSupport {
  const fallback = fallbacks.get(name);
  if (!fallback) throw new Error(`kernelSupport: the engine ${name} has not been started`);
  const all = tf.getKernelsForBackend(name).map(({ kernelName }) => kernelName);
  return { native: all.filter((kernelName) => !fallback.includes(kernelName)).sort(), fallback: [...fallback].sort() };
}
