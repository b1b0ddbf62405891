import * as tf from '@tensorflow/tfjs-core';
import { cpuFallback } from './cpu-fallback.js';

type Inputs = { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo | null };

/**
 * Replaces the WebAssembly backend's kernel of `tf.fused.matMul`, which (4.22.0) adds the last element of a bias to all
 * columns of every row but the first: the product without a bias is right, and so is a sum.
 */
export function replaceFusedMatMul(): void {
  const config = tf.getKernel(tf._FusedMatMul, 'wasm');
  const product = config.kernelFunc;
  const sum = tf.getKernel(tf.Add, 'wasm').kernelFunc;
  const onCpu = cpuFallback(tf._FusedMatMul, false);
  tf.unregisterKernel(tf._FusedMatMul, 'wasm');
  tf.registerKernel({
    ...config,
    kernelFunc: (call) => {
      const { backend } = call;
      if (!(backend instanceof tf.KernelBackend)) throw new TypeError('not called on a tfjs backend');
      const { bias, ...inputs } = call.inputs as unknown as Inputs;
      if (!bias) return product(call);
      if ((call.attrs as { activation?: string } | undefined)?.activation !== 'linear') return onCpu(call);
      const a = product({ ...call, inputs }) as tf.TensorInfo;
      const result = sum({ inputs: { a, b: bias }, attrs: {}, backend });
      backend.disposeData(a.dataId);
      return result;
    },
  });
}
