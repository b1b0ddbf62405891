import * as tf from '@tensorflow/tfjs-core';
import type { KernelTime } from './protocol.js';

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] } | undefined>>;
type Call = Parameters<tf.KernelFunc>[0];

const size = (shape: readonly number[] = []) => tf.util.sizeFromShape([...shape]);

/** The multiply-adds behind one number of a convolution's output: the filter `[kh, kw, in, out]` without its outputs. */
const perOutput = (filterShape: readonly number[] = []) => size(filterShape.slice(0, -1));

const outputFlop = ({ inputs }: Call, output: readonly number[]) =>
  2 * size(output) * perOutput((inputs as unknown as Shapes).filter?.shape);

/** Each kernel's work; both gradients visit every pair of an output and a filter value, as the forward pass does. */
const FLOP: Readonly<Record<string, (call: Call, output: readonly number[]) => number>> = {
  [tf.Conv2D]: outputFlop,
  [tf.FusedConv2D]: outputFlop,
  [tf.Conv2DBackpropInput]: ({ inputs }) => {
    const { dy, filter } = inputs as unknown as Shapes;
    return 2 * size(dy?.shape) * perOutput(filter?.shape);
  },
  [tf.Conv2DBackpropFilter]: ({ inputs, attrs }) => {
    const { dy } = inputs as unknown as Shapes;
    return 2 * size(dy?.shape) * perOutput((attrs as unknown as tf.Conv2DBackpropFilterAttrs).filterShape);
  },
};

/**
 * Runs `f` with a clock around every convolution of the engine in use; as it was before when `f` ends. The engine must
 * compute a kernel within its call, as `torch` does, else only the queueing is timed.
 *
 * @returns one entry per kernel that ran
 */
export async function convolutionTimes(f: () => void | Promise<void>): Promise<KernelTime[]> {
  const times = new Map<string, KernelTime>();
  const backend = tf.getBackend();
  const configs = tf.getKernelsForBackend(backend).filter(({ kernelName }) => kernelName in FLOP);
  for (const config of configs) replace({ ...config, kernelFunc: timed(config, times) });
  try {
    await f();
  } finally {
    configs.forEach(replace);
  }
  return [...times.values()];
}

function timed({ kernelName, kernelFunc }: tf.KernelConfig, times: Map<string, KernelTime>): tf.KernelFunc {
  return (call) => {
    const start = performance.now();
    const output = kernelFunc(call);
    const seconds = (performance.now() - start) / 1000;
    const before = times.get(kernelName) ?? { kernel: kernelName, calls: 0, seconds: 0, flop: 0 };
    const flop = FLOP[kernelName]?.(call, (output as tf.TensorInfo).shape) ?? 0;
    times.set(kernelName, {
      kernel: kernelName,
      calls: before.calls + 1,
      seconds: before.seconds + seconds,
      flop: before.flop + flop,
    });
    return output;
  };
}

/** tfjs warns of a kernel that is registered twice. */
function replace(config: tf.KernelConfig): void {
  tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
