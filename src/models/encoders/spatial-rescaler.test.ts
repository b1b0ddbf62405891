import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose, GRADIENT_TOLERANCE, OUTPUT_TOLERANCE } from '../../../test/support/compare.js';
import { readEncoderFixture } from '../../../test/support/encoder-fixture.js';
import { onEveryEngine } from '../../../test/support/engines.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { SpatialRescaler } from './spatial-rescaler.js';
import type { SpatialRescalerParams } from './spatial-rescaler.params.js';

type Method = SpatialRescalerParams['method'];

const golden = readEncoderFixture('interpolate');

/** A fixture's tensor with its channels last, as images, sequences and volumes are here. */
function channelsLast(name: string): tf.Tensor {
  const { shape } = golden.get(name);
  return tf.tidy(() => tf.transpose(tf.tensor(golden.floats(name), [...shape]), [0, ...axes(shape, 2), 1]));
}

function channelsFirst(tensor: tf.Tensor): Float32Array {
  const { shape } = tensor;
  return tf.tidy(() => tf.transpose(tensor, [0, shape.length - 1, ...axes(shape, 1)]).dataSync<'float32'>());
}

function axes({ length }: readonly number[], first: number): number[] {
  return Array.from({ length: length - 2 }, (_, i) => i + first);
}

onEveryEngine('SpatialRescaler', (test) => {
  const cases = [...golden.tensors.keys()].filter((name) => name.startsWith('out.')).map((name) => name.slice(4));
  assert.is(cases.length, 48);
  for (const name of cases) {
    test(`${name}: values and gradient of torch.nn.functional.interpolate`, () => {
      const before = tf.memory().numTensors;
      const [, method, multiplier, stages] = /^([a-z]+)\.(\d\.\d)\.(\d)\./.exec(name) ?? [];
      const options = { method: method as Method, multiplier: Number(multiplier), n_stages: Number(stages) };
      const model = new SpatialRescaler(options);
      const [x, dy] = [channelsLast(`in.${name}`), channelsLast(`in.dy.${name}`)];
      const y = model.encode(x);
      assertClose(channelsFirst(y), golden.floats(`out.${name}`), OUTPUT_TOLERANCE, 'out');
      const { value, grads } = valueAndGrads(() => tf.sum(tf.mul(model.forward(x), dy)), [x]);
      assertClose(channelsFirst(grads[0]!), golden.floats(`grad.${name}`), GRADIENT_TOLERANCE, 'grad');
      tf.dispose([x, dy, y, value, ...grads]);
      assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    });
  }

  test('no stage; channels mapped by a published 1x1 convolution', () => {
    const model = new SpatialRescaler({ n_stages: 0, in_channels: 2, out_channels: 1, bias: true });
    model.loadStateDict(
      new Map([
        ['channel_mapper.weight', { dtype: 'F32', shape: [1, 2, 1, 1], data: Float32Array.of(2, 3) }],
        ['channel_mapper.bias', { dtype: 'F32', shape: [1], data: Float32Array.of(10) }],
      ]),
    );
    tf.tidy(() => {
      const y = model.forward(tf.tensor4d([1, 1, 0, 2], [1, 1, 2, 2]));
      assert.equal(y.arraySync(), [[[[15], [16]]]]);
    });
    model.dispose();
  });

  test('what it refuses', () => {
    const image = tf.zeros([1, 4, 4, 1]);
    const rescale = (method: Method, n_stages = 1) => new SpatialRescaler({ method, n_stages }).forward(image);
    assert.throws(() => rescale('linear'), /expected \[N, L, C\] for linear, found \[1, 4, 4, 1\]/);
    assert.throws(() => rescale('trilinear'), /expected \[N, D, H, W, C\] for trilinear/);
    assert.throws(() => rescale('area', 3), /expected axes of at least 2, found \[1, 1, 1, 1\]/);
    image.dispose();
  });
});
