import * as tf from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.js';
import { ADDON_ERROR_CODE, type AddonError } from './addon/index.js';
import { cpuFallback } from './cpu-fallback.js';
import type { NativeKernel } from './kernels/kernel.js';
import { nativeKernels } from './kernels/index.js';
import { TorchBackend } from './torch-backend.js';

function isAddonError(error: unknown): error is AddonError {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === ADDON_ERROR_CODE;
}

/** The addon's errors as ours, with tfjs's name of the kernel; tfjs's own pass as they are. */
function named(kernelName: string, error: unknown): unknown {
  if (!isAddonError(error)) return error;
  // A wrong value is told in tfjs's words: the tensors' shapes and dtypes do not explain it.
  const explanation = error instanceof RangeError ? error.reason : error.message;
  return new EngineError(`${kernelName}: ${explanation}`, { cause: error });
}

function asKernelFunc(kernelName: string, native: NativeKernel): tf.KernelFunc {
  // Our own kernels have no form on the CPU backend; every other falls back on it for what it leaves undone.
  const fallback = cpuFallback(kernelName);
  return (call) => {
    if (!(call.backend instanceof TorchBackend)) throw new TypeError(`${kernelName}: not called on the torch backend`);
    let result;
    try {
      result = native(call.inputs, call.attrs, call.backend);
    } catch (error) {
      throw named(kernelName, error);
    }
    return result ?? fallback(call);
  };
}

/** Registers the native kernels of the `torch` backend. */
export function registerNativeKernels(backendName: string): void {
  for (const [kernelName, native] of Object.entries(nativeKernels)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: asKernelFunc(kernelName, native) });
  }
}
