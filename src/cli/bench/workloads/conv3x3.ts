import * as tf from '@tensorflow/tfjs-core';
import { operations, pattern } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const BATCH = 4;
const SIZE = 32;
const CHANNELS = 128;
const KERNEL = 3;
const ACTIVATION = [BATCH, SIZE, SIZE, CHANNELS];
const FILTER = [KERNEL, KERNEL, CHANNELS, CHANNELS];
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
  mixedPrecision: true,
  pytorch: 'pytorch_conv3x3.py',
  prepare,
};

function prepare(): PreparedWorkload {
  const x = pattern(ACTIVATION);
  const filter = pattern(FILTER);
  const dy = pattern(ACTIVATION);
  // The kernels themselves, without the tape: what an engine can do, not what recording costs.
  const inputGradient = () => run('Conv2DBackpropInput', { dy, filter }, { inputShape: ACTIVATION });
  const filterGradient = () => run('Conv2DBackpropFilter', { x, dy }, { filterShape: FILTER });
  return operations({
    forward: () => [run('Conv2D', { x, filter }, {})],
    backward: () => [inputGradient(), filterGradient()],
    'input gradient': () => [inputGradient()],
  });
}

function run(kernelName: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(kernelName, inputs, { ...ATTRIBUTES, ...attributes } as unknown as tf.NamedAttrMap);
}
