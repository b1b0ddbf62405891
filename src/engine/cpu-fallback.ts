import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { EngineError } from '../errors.js';

/**
 * Kernels that an engine lacks, run on tfjs's CPU backend: data moves there, the kernel runs, the results move back.
 * So any tfjs program runs on any engine; `kernelSupport` lists which kernels take this way.
 */

type Inputs = tf.NamedTensorInfoMap | readonly tf.TensorInfo[];

/** A private CPU backend for one call: what a kernel leaves behind in it goes with it. */
function privateCpu(): MathBackendCPU {
  const cpu = new MathBackendCPU();
  silence(cpu);
  return cpu;
}

/** Keeps the CPU backend from advertising another engine on the console the first time it is written to. */
export function silence(cpu: object): void {
  (cpu as { firstUse: boolean }).firstUse = false;
}

function runCpuKernel(kernelName: string, inputs: unknown, attrs: unknown, cpu: MathBackendCPU): tf.TensorInfo[] {
  const result = tf.getKernel(kernelName, 'cpu').kernelFunc({
    inputs: inputs as tf.NamedTensorInfoMap,
    attrs: attrs as tf.NamedAttrMap,
    backend: cpu,
  });
  return Array.isArray(result) ? result : [result];
}

function moveToCpu(x: tf.TensorInfo, from: tf.KernelBackend, cpu: MathBackendCPU): tf.TensorInfo {
  const values = from.readSync(x.dataId);
  if (x.dtype !== 'complex64') return { ...x, dataId: cpu.write(values, x.shape, x.dtype) };
  const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
  const parts = {
    real: cpu.makeTensorInfo(x.shape, 'float32', real),
    imag: cpu.makeTensorInfo(x.shape, 'float32', imag),
  };
  const [complex] = runCpuKernel(tf.Complex, parts, {}, cpu);
  if (!complex) throw new Error('The kernel Complex gave no tensor');
  return complex;
}

function moveFromCpu(x: tf.TensorInfo, cpu: MathBackendCPU, to: tf.KernelBackend): tf.TensorInfo {
  let values = cpu.readSync(x.dataId);
  // Some CPU kernels store plain arrays.
  if (Array.isArray(values) && x.dtype !== 'string')
    values = tf.util.toTypedArray(values as unknown as number[], x.dtype);
  return { dataId: to.write(values, x.shape, x.dtype), shape: x.shape, dtype: x.dtype };
}

/**
 * The CPU backend's kernel as a kernel of another engine.
 * @param supportsComplex whether the engine's backend can hold complex numbers
 */
export function cpuFallback(kernelName: string, supportsComplex = true): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const engine = backend as tf.KernelBackend;
    const cpu = privateCpu();
    const originals = new Map<object, tf.TensorInfo>();
    const move = (x: tf.TensorInfo | null | undefined): tf.TensorInfo | null | undefined => {
      if (!x) return x;
      const moved = moveToCpu(x, engine, cpu);
      originals.set(moved.dataId, x);
      return moved;
    };
    const given = inputs as Inputs;
    const moved = Array.isArray(given)
      ? given.map(move)
      : Object.fromEntries(Object.entries(given).map(([name, x]) => [name, move(x as tf.TensorInfo | undefined)]));
    return runCpuKernel(kernelName, moved, attrs, cpu).map((output) => {
      const original = originals.get(output.dataId);
      if (original?.dtype === output.dtype) {
        // The kernel passed its input's data on, as Identity does: so does this engine.
        engine.incRef(original.dataId);
        return { ...output, dataId: original.dataId };
      }
      if (output.dtype === 'complex64' && !supportsComplex) {
        throw new EngineError(`${kernelName}: this engine cannot hold complex64 tensors; use the torch or cpu engine`);
      }
      return moveFromCpu(output, cpu, engine);
    });
  };
}

/** Registers for `backendName` every kernel of the CPU backend that it lacks, and returns their names. */
export function registerCpuFallbacks(backendName: string, supportsComplex = true): string[] {
  const own = new Set(tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName));
  const missing = tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter((kernelName) => !own.has(kernelName));
  for (const kernelName of missing) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: cpuFallback(kernelName, supportsComplex) });
  }
  return missing;
}
