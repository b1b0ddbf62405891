import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { EngineError } from '../errors.js';

/**
 * Kernels that an engine lacks, run on tfjs's CPU backend: data moves there, the kernel runs, the results move back.
 * So any tfjs program runs on any engine; `kernelSupport` lists which kernels take this way.
 */

type Input = tf.TensorInfo | null | undefined;
/** Some kernels take lists of tensors by name, e.g. RaggedGather. */
type Inputs = Readonly<Record<string, Input | readonly Input[]>> | readonly Input[];

const calls = new Map<string, number>();

/** How often each kernel has run here so far, so that a slow step can be explained. */
export function fallbackCalls(): ReadonlyMap<string, number> {
  return calls;
}

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

const isList = (x: Inputs | Input | readonly Input[]): x is readonly Input[] => Array.isArray(x);

type Outputs = tf.TensorInfo | tf.TensorInfo[];

function runCpuKernel(kernelName: string, inputs: unknown, attrs: unknown, cpu: MathBackendCPU): Outputs {
  return tf.getKernel(kernelName, 'cpu').kernelFunc({
    inputs: inputs as tf.NamedTensorInfoMap,
    attrs: attrs as tf.NamedAttrMap,
    backend: cpu,
  });
}

/** Some CPU kernels read the rank, which a Tensor has and a TensorInfo lacks. */
const withRank = (x: tf.TensorInfo): tf.TensorInfo => Object.assign(x, { rank: x.shape.length });

function moveToCpu(x: tf.TensorInfo, from: tf.KernelBackend, cpu: MathBackendCPU): tf.TensorInfo {
  const values = from.readSync(x.dataId);
  if (x.dtype !== 'complex64') {
    return withRank({ dataId: cpu.write(values, x.shape, x.dtype), shape: x.shape, dtype: x.dtype });
  }
  const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
  const parts = {
    real: cpu.makeTensorInfo(x.shape, 'float32', real),
    imag: cpu.makeTensorInfo(x.shape, 'float32', imag),
  };
  return runCpuKernel(tf.Complex, parts, {}, cpu) as tf.TensorInfo;
}

function moveFromCpu(x: tf.TensorInfo, cpu: MathBackendCPU, to: tf.KernelBackend): tf.TensorInfo {
  let values = cpu.readSync(x.dataId);
  // Some CPU kernels store plain arrays, or integers as floats.
  if (x.dtype !== 'string') values = tf.util.toTypedArray(values, x.dtype);
  return { dataId: to.write(values, x.shape, x.dtype), shape: x.shape, dtype: x.dtype };
}

/**
 * The CPU backend's kernel as a kernel of another engine.
 * @param supportsComplex whether the engine's backend can hold complex numbers
 */
export function cpuFallback(kernelName: string, supportsComplex = true): tf.KernelFunc {
  return ({ inputs, attrs, backend: engine }) => {
    if (!(engine instanceof tf.KernelBackend)) throw new TypeError(`${kernelName}: not called on a tfjs backend`);
    calls.set(kernelName, (calls.get(kernelName) ?? 0) + 1);
    const cpu = privateCpu();
    const originals = new Map<object, tf.TensorInfo>();
    const move = (x: Input): Input => {
      if (!x) return x;
      const moved = moveToCpu(x, engine, cpu);
      originals.set(moved.dataId, x);
      return moved;
    };
    const moveAll = (x: Input | readonly Input[]): Input | readonly Input[] => (isList(x) ? x.map(move) : move(x));
    const given = inputs as unknown as Inputs;
    const moved = isList(given)
      ? given.map(move)
      : Object.fromEntries(Object.entries(given).map(([name, x]) => [name, moveAll(x)]));
    const moveBack = (output: tf.TensorInfo): tf.TensorInfo => {
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
    };
    const outputs = runCpuKernel(kernelName, moved, attrs, cpu);
    return Array.isArray(outputs) ? outputs.map(moveBack) : moveBack(outputs);
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
