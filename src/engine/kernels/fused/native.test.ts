import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import {
  Geglu,
  GegluGrad,
  Gelu,
  GlobalNorm,
  GroupNorm,
  GroupNormApply,
  GroupNormScaleShift,
  GroupNormScaleShiftGrad,
  LayerNorm,
  LayerNormGrad,
  LeakyReluGrad,
  MseLoss,
  MseLossGrad,
  SiluGrad,
  SoftmaxCrossEntropy,
} from '../../../ops/kernels/index.js';
import { runNative } from '../../../ops/native.js';
import { loadAddon } from '../../addon/index.js';
import { numbers, runSuites, torchSuite } from '../../testing.js';

const test = await torchSuite('native forms of our kernels');

/** Large enough to be divided, and not evenly. */
const programs: Record<string, () => tf.Tensor[]> = {
  [SiluGrad]: () => runNative(SiluGrad, { dy: numbers([50001]), x: numbers([50001], 2) }),
  [LeakyReluGrad]: () => runNative(LeakyReluGrad, { dy: numbers([50001]), y: numbers([50001], 2) }, { alpha: 0.2 }),
  [Gelu]: () => runNative(Gelu, { x: numbers([50001]) }, { approximate: 'tanh' }),
  [Geglu]: () => [
    ...runNative(Geglu, { x: numbers([301, 400]) }),
    ...runNative(GegluGrad, { dy: numbers([301, 200], 3), x: numbers([301, 400]) }),
  ],
  [LayerNorm]: () => {
    const inputs = { x: numbers([7, 61, 130]), gamma: numbers([130], 2), beta: numbers([130], 3) };
    const outputs = runNative(LayerNorm, inputs, { epsilon: 1e-5 });
    const [, mean, rstd] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    const { x, gamma } = inputs;
    return [...outputs, ...runNative(LayerNormGrad, { dy: numbers(x.shape, 4), x, gamma, mean, rstd })];
  },
  [GroupNormScaleShift]: () => {
    const attrs = { numGroups: 4, epsilon: 1e-5, activation: 'silu' };
    const parameters = { gamma: numbers([32], 2), beta: numbers([32], 3) };
    const inputs = { x: numbers([3, 37, 32]), ...parameters, scale: numbers([3, 32], 4), shift: numbers([3, 32], 5) };
    const outputs = runNative(GroupNormScaleShift, inputs, attrs);
    const [y, mean, rstd] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    return [...outputs, ...runNative(GroupNormScaleShiftGrad, { dy: y, ...inputs, mean, rstd }, attrs)];
  },
  [MseLoss]: () => {
    const inputs = { prediction: numbers([3, 20001]), target: numbers([3, 20001], 2) };
    const [perSample] = runNative(MseLoss, inputs, { reduction: 'perSample' }) as [tf.Tensor];
    const gradients = runNative(MseLossGrad, { dy: perSample, ...inputs }, { reduction: 'perSample' });
    return [perSample, ...runNative(MseLoss, inputs, { reduction: 'mean' }), ...gradients];
  },
  [SoftmaxCrossEntropy]: () => {
    const labels = tf.zeros([301], 'int32');
    return runNative(SoftmaxCrossEntropy, { logits: numbers([301, 400]), labels });
  },
  [GlobalNorm]: () => runNative(GlobalNorm, [numbers([50001]), numbers([3]), numbers([17, 1001])]),
};

for (const [name, program] of Object.entries(programs)) {
  test(`${name} is the same for any number of threads`, () => {
    const addon = loadAddon();
    const threads = addon.threads();
    const results = [1, 2, 3].map((count) => {
      addon.setThreads(count);
      return tf.tidy(() => program().map((tensor) => Array.from(tensor.dataSync())));
    });
    addon.setThreads(threads);
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  });
}

test('GroupNormApply gives the same y again', () => {
  tf.tidy(() => {
    const attrs = { numGroups: 4, epsilon: 1e-5, activation: 'silu' };
    const plain = { x: numbers([3, 37, 20]), gamma: numbers([20], 2), beta: numbers([20], 3) };
    const modulated = { ...plain, scale: numbers([3, 20], 4), shift: numbers([3, 20], 5) };
    for (const [kernelName, inputs] of [
      [GroupNorm, plain],
      [GroupNormScaleShift, modulated],
    ] as const) {
      const [y, mean, rstd] = runNative(kernelName, inputs, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const [again] = runNative(GroupNormApply, { ...inputs, mean, rstd }, attrs) as [tf.Tensor];
      assert.equal(again.dataSync(), y.dataSync());
    }
  });
});

const x = () => numbers([2, 4]);
const bias = () => numbers([4]);
const refusals: [title: string, run: () => unknown, message: RegExp][] = [
  [
    'an unknown approximation',
    () => runNative(Gelu, { x: x() }, { approximate: 'erf' }),
    /Gelu: gelu\(float32\[2,4\]\): approximate must be none or tanh, found 'erf'/,
  ],
  ['integers', () => runNative(Gelu, { x: tf.ones([2], 'int32') }, { approximate: 'none' }), /must be float32/],
  [
    'a gradient of another shape',
    () => runNative(SiluGrad, { dy: bias(), x: x() }),
    /must have the shape of the input/,
  ],
  [
    'a gradient of another shape than the rectified',
    () => runNative(LeakyReluGrad, { dy: bias(), y: x() }, { alpha: 0 }),
    /must have the shape of the output/,
  ],
  ['an odd gate', () => runNative(Geglu, { x: numbers([2, 3]) }), /the last axis must be even/],
  [
    'a gamma of another size',
    () => runNative(LayerNorm, { x: x(), gamma: numbers([3]), beta: bias() }, { epsilon: 1e-5 }),
    /gamma and beta need one value for each of 4 channels/,
  ],
  [
    'a shift of another shape',
    () => {
      const inputs = { x: x(), gamma: bias(), beta: bias(), scale: x(), shift: bias() };
      return runNative(GroupNormScaleShift, inputs, { numGroups: 2, epsilon: 1e-5, activation: 'linear' });
    },
    /scale and shift need one value for each of 2 images and 4 channels/,
  ],
  [
    'a target of another shape',
    () => runNative(MseLoss, { prediction: x(), target: bias() }, { reduction: 'mean' }),
    /prediction and target must have one shape/,
  ],
  [
    'a label beyond the classes',
    () => runNative(SoftmaxCrossEntropy, { logits: x(), labels: tf.tensor1d([3, 4], 'int32') }),
    /label 4 is not one of 4 classes/,
  ],
];

for (const [title, run, message] of refusals) {
  test(`native kernels refuse ${title}`, () => {
    assert.throws(() => {
      tf.tidy(() => {
        run();
      });
    }, message);
  });
}

runSuites();
