import * as tf from '@tensorflow/tfjs-core';
import type { Addon } from './addon/index.js';
import { cpuFallback } from './cpu-fallback.js';
import { engineError, type FailedCall } from './engine-error.js';
import { fusedKernels } from './kernels/fused/index.js';
import type { NativeKernel } from './kernels/kernel.js';
import { nativeKernels } from './kernels/index.js';
import { TorchBackend } from './torch-backend.js';

function asKernelFunc(kernelName: string, native: NativeKernel): tf.KernelFunc {
  // Our own kernels have no form on the CPU backend; every other falls back on it for what it leaves undone.
  const fallback = cpuFallback(kernelName);
  return (call) => {
    if (!(call.backend instanceof TorchBackend)) throw new TypeError(`${kernelName}: not called on the torch backend`);
    let result;
    try {
      result = native(call.inputs, call.attrs, call.backend);
    } catch (error) {
      const inputs = call.inputs as FailedCall['inputs'];
      throw engineError(error, { operation: kernelName, inputs, attrs: call.attrs }, call.backend.addon);
    }
    return result ?? fallback(call);
  };
}

/**
 * Whether a kernel can run on a device. tfjs's kernels all can, on LibTorch's own operations. Our own can where they say
 * which functions of the addon they are made of and none of these is for the CPU only; else the operation is composed.
 */
function isOffered(kernelName: string, { calls }: NativeKernel, addon: Addon, device: string): boolean {
  if (device === 'cpu' || !(kernelName in fusedKernels)) return true;
  return calls?.every((name) => !(addon[name] as { cpuOnly?: boolean }).cpuOnly) ?? false;
}

/** Registers the native kernels of the `torch` backend for a device, and takes back those it has none for. */
export function registerNativeKernels(backendName: string, addon: Addon, device: string): void {
  const registered = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  for (const [kernelName, native] of Object.entries(nativeKernels)) {
    const offered = isOffered(kernelName, native, addon, device);
    if (offered && !registered.has(kernelName)) {
      tf.registerKernel({ kernelName, backendName, kernelFunc: asKernelFunc(kernelName, native) });
    }
    if (!offered && registered.has(kernelName)) tf.unregisterKernel(kernelName, backendName);
  }
}
