import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { peakBytes } from '../../test/support/peak-bytes.js';
import { RandomStreams } from '../random/index.js';
import { checkpoint, grads, valueAndGrads, vjp } from './index.js';

const values = (tensor: tf.Tensor | undefined) => [...(tensor?.dataSync() ?? [])];
type Block = (x: tf.Tensor) => tf.Tensor;

onEveryEngine('gradient checkpointing', (test, engine) => {
  let weight: tf.Tensor;
  let x: tf.Tensor;
  test.before.each(() => {
    weight = tf.variable(tf.tensor2d([0.5, -1, 2, 0.25], [2, 2]));
    x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  });
  test.after.each(() => {
    tf.dispose([weight, x]);
  });

  const block: Block = (h) => tf.tanh(tf.matMul(tf.sigmoid(h), weight));
  const checkpointed: Block = (h) => checkpoint(block, [h], [weight]);

  test('the value and the gradients, of inputs and of parameters, have the same bits; nothing is left behind', () => {
    const loss = (layer: Block) => () => tf.sum<tf.Scalar>(tf.square(layer(layer(layer(x)))));
    const plain = valueAndGrads(loss(block), [x, weight]);
    const before = tf.memory().numTensors;
    const found = valueAndGrads(loss(checkpointed), [x, weight]);
    assert.is(tf.memory().numTensors, before + 3);
    assert.equal([found.value, ...found.grads].map(values), [plain.value, ...plain.grads].map(values));
    tf.dispose([plain.value, ...plain.grads, found.value, ...found.grads]);
    assert.is(tf.memory().numTensors, before - 3);
  });

  test('under tf.grads too', () => {
    const found = tf.grads((a, w) => tf.sum(tf.square(checkpoint(block, [a], [w]))))([x, weight]);
    const plain = grads(() => tf.square(block(x)), [x, weight]);
    assert.equal(found.map(values), plain.map(values));
  });

  test('nested', () => {
    const outer = (h: tf.Tensor) => tf.add(checkpointed(tf.square(h)), h);
    const plain = grads(() => tf.add(block(tf.square(x)), x), [x, weight]);
    const before = tf.memory().numTensors;
    const found = grads(() => checkpoint(outer, [x], [weight]), [x, weight]);
    assert.equal(found.map(values), plain.map(values));
    assert.is(tf.memory().numTensors, before + 2);
  });

  test('a pullback runs it again at each call, with the random numbers it first drew', () => {
    const streams = new RandomStreams(7);
    let runs = 0;
    const noisy: Block = (h) => {
      runs += 1;
      return tf.mul(tf.square(h), streams.get('dropout').uniform(h.shape));
    };
    const before = tf.memory().numTensors;
    const { values: roots, pullback, dispose } = vjp(() => [checkpoint(noisy, [x], [], streams)], [x]);
    const due = streams.state;
    const ones = tf.ones([2, 2]);
    const first = pullback([ones]);
    const between = streams.get('dropout').uniform([3]);
    const second = pullback([ones]);
    assert.is(runs, 3);
    assert.equal(second.map(values), first.map(values));
    // d(x^2 u) = 2 x u = 2 y / x
    const expected = tf.tidy(() => tf.div(tf.mul(roots[0] as tf.Tensor, 2), x));
    values(expected).forEach((want, i) => {
      assert.ok(Math.abs((values(first[0])[i] ?? NaN) - want) < 1e-6);
    });
    // What is drawn after is what would have been drawn.
    const again = new RandomStreams(7);
    again.state = due;
    const next = again.get('dropout').uniform([3]);
    assert.equal(values(between), values(next));
    dispose();
    tf.dispose([...roots, ones, ...first, ...second, between, expected, next]);
    assert.is(tf.memory().numTensors, before);
  });

  test('gradients of gradients come through it', () => {
    const cube: Block = (h) => tf.mul(tf.square(h), h);
    const second = grads(() => grads(() => checkpoint(cube, [x], []), [x])[0] as tf.Tensor, [x]);
    assert.equal(second.map(values), [[6, 12, 18, 24]]);
  });

  test('gradients can be taken inside it', () => {
    const slope: Block = (h) => tf.mul(grads(() => tf.square(h), [h])[0] as tf.Tensor, h);
    assert.equal(grads(() => checkpoint(slope, [x], []), [x]).map(values), [[4, 8, 12, 16]]);
  });

  test('where nothing is recorded it runs once and keeps nothing', () => {
    const before = tf.memory().numTensors;
    const y = checkpointed(x);
    assert.is(tf.memory().numTensors, before + 1 + 2);
    y.dispose();
  });

  test('a function that throws leaves nothing behind', () => {
    const before = tf.memory().numTensors;
    const broken: Block = (h) => {
      tf.square(h);
      throw new Error('stop');
    };
    assert.throws(() => grads(() => checkpoint(broken, [tf.square(x)], []), [x]), /stop/);
    assert.is(tf.memory().numTensors, before);
  });

  if (engine !== 'torch') return;
  test('of a chain only the inputs of its parts are kept', () => {
    const long = tf.ones([1000]);
    const part: Block = (h) => tf.tidy(() => tf.sigmoid(tf.sigmoid(tf.sigmoid(tf.sigmoid(tf.sigmoid(h))))));
    const chain = (layer: Block) => () => layer(layer(layer(layer(layer(long)))));
    const peak = (layer: Block) =>
      peakBytes(() => {
        tf.dispose(grads(chain(layer), [long]));
      }) /
      (4 * long.size);
    assert.ok(peak(part) >= 25, `${peak(part)} tensors`);
    assert.ok(peak((h) => checkpoint(part, [h], [])) <= 14, `${peak((h) => checkpoint(part, [h], []))} tensors`);
    long.dispose();
  });
});
