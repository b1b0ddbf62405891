import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { selectEngine } from '../engine/index.js';
import { RandomStreams } from '../random/index.js';
import { givenLatents, requestedConditions } from './latent-request.js';

const test = suite('what a latent diffusion is asked for');

test.before(async () => {
  await selectEngine('cpu');
});

const request = { count: 1, sampler: 'ddim', steps: 2, eta: 0, streams: new RandomStreams(0) } as const;
const halved = (x: tf.Tensor4D): tf.Tensor4D => tf.avgPool(x, 2, 2, 'valid');

test('a latent value is kept where all the pixels that it stands for are', () => {
  tf.tidy(() => {
    const x0 = tf.tensor4d([1, 3, 5, 7, 1, 3, 5, 7], [1, 2, 4, 1]);
    const mask = tf.tensor4d([1, 1, 1, 0, 1, 1, 1, 1], [1, 2, 4, 1]);
    const { known, init } = givenLatents({ ...request, known: { x0, mask } }, halved);
    assert.is(init, undefined);
    assert.equal([...(known?.x0.dataSync() ?? [])], [2, 6]);
    assert.equal([...(known?.mask.dataSync() ?? [])], [1, 0]);
    assert.equal(known?.mask.shape, [1, 1, 2, 1]);
  });
});

test('an image to begin with is encoded; nothing given is nothing', () => {
  tf.tidy(() => {
    const image = tf.tensor4d([1, 3, 1, 3], [1, 2, 2, 1]);
    assert.equal([...(givenLatents({ ...request, init: { image, strength: 1 } }, halved).init?.dataSync() ?? [])], [2]);
    assert.equal(givenLatents(request, halved), {});
  });
});

test('without a conditioner there is no condition', () => {
  assert.equal(requestedConditions(request, { stage: undefined, numClasses: 0, nullCondition: undefined }), {
    condition: {},
  });
});

test.run();
