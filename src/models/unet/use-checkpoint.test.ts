import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../../test/support/engines.js';
import { peakBytes } from '../../../test/support/peak-bytes.js';
import { valueAndGrads } from '../../autodiff/index.js';
import { RandomStreams } from '../../random/index.js';
import type { UNetModelParamsInput } from './unet-model.params.js';
import { UNetModel } from './unet-model.js';

/** Every kind of block there is: resampling ones, attention on both ways, dropout. */
const params = {
  image_size: 8,
  in_channels: 2,
  out_channels: 2,
  model_channels: 4,
  num_res_blocks: 1,
  channel_mult: [1, 2],
  attention_resolutions: [2],
  num_heads: 2,
  norm_num_groups: 2,
  dropout: 0.2,
  resblock_updown: true,
};

type Options = Partial<UNetModelParamsInput>;

function network(use_checkpoint: boolean, options: Options = {}): UNetModel {
  const streams = new RandomStreams(5);
  const model = new UNetModel({ ...params, ...options, use_checkpoint }).initialize(streams);
  // The published zero initialization would leave most gradients zero.
  for (const [name, parameter] of model.trainableParameters()) {
    const noise = tf.tidy(() => tf.mul(streams.begin(name).normal(parameter.shape), 0.1));
    if (parameter.value.shape.length > 1) parameter.assign(noise);
    else noise.dispose();
  }
  return model;
}

function step(model: UNetModel): { loss: number; gradients: Map<string, number[]>; next: number[] } {
  const streams = new RandomStreams(9);
  const x = streams.get('x').normal([1, 8, 8, 2]) as tf.Tensor4D;
  const timesteps = tf.tensor1d([700]);
  const context = model.params.use_spatial_transformer
    ? (streams.get('context').normal([1, 3, 5]) as tf.Tensor3D)
    : undefined;
  const named = model.trainableParameters();
  const xs = [x, ...(context ? [context] : []), ...named.map(([, parameter]) => parameter.value)];
  const forward = () => model.forward({ x, timesteps, context });
  const { value, grads } = valueAndGrads(() => tf.mean(tf.square(forward())), xs);
  const after = forward();
  const names = ['x', ...(context ? ['context'] : []), ...named.map(([name]) => name)];
  const result = {
    loss: value.dataSync()[0] ?? NaN,
    gradients: new Map(names.map((name, i) => [name, [...(grads[i]?.dataSync() ?? [])]])),
    next: [...after.dataSync()],
  };
  tf.dispose([x, timesteps, context ?? [], value, ...grads, after]);
  return result;
}

onEveryEngine('use_checkpoint of UNetModel', (test, engine) => {
  const cases: Record<string, Options> = {
    '': {},
    ' and scale-shift norms': { use_scale_shift_norm: true },
    ' and spatial transformers': { use_spatial_transformer: true, transformer_depth: 2, context_dim: 5 },
  };
  for (const [name, options] of Object.entries(cases)) {
    test(`the same bits of loss and gradients, with dropout${name}`, () => {
      const [plain, checkpointed] = [network(false, options), network(true, options)];
      const expected = step(plain);
      assert.ok([...expected.gradients.values()].every((gradient) => gradient.some((value) => value !== 0)));
      const found = step(checkpointed);
      assert.is(found.loss, expected.loss);
      for (const [name, gradient] of expected.gradients) assert.equal(found.gradients.get(name), gradient, name);
      // The dropout of the next pass goes on where it would have.
      assert.equal(found.next, expected.next);
      plain.dispose();
      checkpointed.dispose();
    });
  }

  if (engine !== 'torch') return;
  test('fewer bytes are alive at the peak of a training step', () => {
    const [x, timesteps] = [tf.ones<tf.Rank.R4>([4, 32, 32, 2]), tf.tensor1d([1, 2, 3, 4])];
    const peak = (useCheckpoint: boolean) => {
      const model = network(useCheckpoint);
      const weights = model.trainableParameters().map(([, parameter]) => parameter.value);
      const bytes = peakBytes(() => {
        const { value, grads } = valueAndGrads(() => tf.mean(tf.square(model.forward({ x, timesteps }))), weights);
        tf.dispose([value, ...grads]);
      });
      model.dispose();
      return bytes;
    };
    const [plain, checkpointed] = [peak(false), peak(true)];
    assert.ok(checkpointed < 0.7 * plain, `${checkpointed} bytes, without it ${plain}`);
    tf.dispose([x, timesteps]);
  });
});
