import * as tf from '@tensorflow/tfjs-core';
import { cpuFallback } from './cpu-fallback.js';

const faulty = [tf.MaxPoolGrad, tf.MaxPoolWithArgmax, tf.MaxPool3D, tf.MaxPool3DGrad];

/**
 * Replaces the WebAssembly backend's kernels of max-pooling but the plain one: in version 4.22.0 they look for a maximum
 * above zero. In a window of negative values only they find the smallest positive number, at the first position.
 */
export function replaceMaxPools(): void {
  for (const kernelName of faulty) {
    tf.unregisterKernel(kernelName, 'wasm');
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: cpuFallback(kernelName, false) });
  }
}
