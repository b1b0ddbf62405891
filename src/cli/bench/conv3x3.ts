import * as tf from '@tensorflow/tfjs-core';
import type { PreparedWorkload, Workload } from './workload.js';

const BATCH = 4;
const SIZE = 32;
const CHANNELS = 128;
const KERNEL = 3;
const ACTIVATION: [number, number, number, number] = [BATCH, SIZE, SIZE, CHANNELS];
const FILTER: [number, number, number, number] = [KERNEL, KERNEL, CHANNELS, CHANNELS];
const FLOP = 2 * BATCH * SIZE * SIZE * CHANNELS * CHANNELS * KERNEL * KERNEL;

const ATTRIBUTES = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1], dimRoundingMode: undefined };

/** The operation that a UNet spends its time in. Its rate is the yardstick of a machine: other workloads scale by it. */
export const conv3x3: Workload = {
  name: 'conv3x3',
  summary: `${KERNEL}×${KERNEL} convolution, ${CHANNELS} -> ${CHANNELS} channels, ${SIZE}×${SIZE}, batch ${BATCH}, NHWC, float32`,
  parts: [
    { name: 'forward', work: { amount: FLOP, unit: 'FLOP' }, kernels: ['Conv2D'] },
    {
      name: 'backward',
      work: { amount: 2 * FLOP, unit: 'FLOP' },
      kernels: ['Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    },
    // WebAssembly has no kernel for the filter's gradient: this is the half of the backward pass that it can be timed in.
    { name: 'input gradient', work: { amount: FLOP, unit: 'FLOP' }, kernels: ['Conv2DBackpropInput'] },
  ],
  engines: ['torch', 'wasm'],
  pytorch: 'pytorch_conv3x3.py',
  prepare,
};

function prepare(): PreparedWorkload {
  const x = pattern(ACTIVATION);
  const filter = pattern(FILTER);
  const dy = pattern(ACTIVATION);
  const forward = () => run('Conv2D', { x, filter }, {});
  const inputGradient = () => run('Conv2DBackpropInput', { dy, filter }, { inputShape: ACTIVATION });
  const filterGradient = () => run('Conv2DBackpropFilter', { x, dy }, { filterShape: FILTER });
  // The kernels themselves, without the tape: what an engine can do, not what recording costs.
  const parts: Record<string, () => tf.Tensor[]> = {
    forward: () => [forward()],
    backward: () => [inputGradient(), filterGradient()],
    'input gradient': () => [inputGradient()],
  };
  const partNamed = (name: string) => parts[name] ?? fail(name);
  return {
    check: (name) => tf.tidy(() => sumOfMagnitudes(partNamed(name)())),
    run(name, repetitions) {
      const part = partNamed(name);
      for (let i = 0; i < repetitions; i++) {
        const results = part();
        // An engine may queue its work: one number read from the last result waits for it, and copies nothing large.
        if (i === repetitions - 1) results.forEach(waitFor);
        tf.dispose(results);
      }
    },
  };
}

function fail(part: string): never {
  throw new Error(`conv3x3 has no part ${part}`);
}

function run(kernelName: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(kernelName, inputs, { ...ATTRIBUTES, ...attributes } as unknown as tf.NamedAttrMap);
}

/** Numbers in [-0.5, 0.5) that any language makes alike: scripts/bench/pytorch_conv3x3.py does. */
function pattern(shape: [number, number, number, number]): tf.Tensor4D {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor4d(
    Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 2003) / 2003 - 0.5),
    shape,
  );
}

function sumOfMagnitudes(tensors: readonly tf.Tensor[]): number {
  return tensors.map((tensor) => tf.sum(tf.abs(tensor)).dataSync()[0] ?? 0).reduce((a, b) => a + b);
}

function waitFor(tensor: tf.Tensor): void {
  tf.tidy(() => tf.slice(tensor, [0, 0, 0, 0], [1, 1, 1, 1]).dataSync());
}
