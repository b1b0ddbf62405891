import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { valueAndGrads, vjp } from './vjp.js';

const test = suite('autodiff');

test.before(async () => {
  await tf.setBackend('cpu');
});

const values = (tensor: tf.Tensor | undefined) => [...(tensor?.dataSync() ?? [])];

test('valueAndGrads equals tf.grads and leaves only the value and the gradients behind', () => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const w = tf.tensor2d([0.5, -1, 2, 0.25], [2, 2]);
  const f = (a: tf.Tensor, b: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(tf.sigmoid(tf.matMul(a, b)), tf.square(a)));
  const expected = tf.grads((a, b) => f(a, b))([x, w]);
  const before = tf.memory().numTensors;
  const { value, grads } = valueAndGrads(() => f(x, w), [x, w]);
  assert.is(tf.memory().numTensors, before + 3);
  assert.equal(grads.map(values), expected.map(values));
  tf.dispose([x, w, value, ...grads, ...expected]);
});

test('a pullback can be called twice, with several roots', () => {
  const before = tf.memory().numTensors;
  const x = tf.tensor1d([1, 2, 3]);
  const { values: roots, pullback, dispose } = vjp(() => [tf.square(x), tf.mul(x, 10)], [x]);
  const ones = tf.ones([3]);
  const zeros = tf.zeros([3]);
  const first = pullback([ones, ones]);
  const second = pullback([ones, zeros]);
  assert.equal(values(first[0]), [12, 14, 16]);
  assert.equal(values(second[0]), [2, 4, 6]);
  dispose();
  tf.dispose([x, ones, zeros, ...roots, ...first, ...second]);
  assert.is(tf.memory().numTensors, before);
});

test('an x that the value does not depend on gets zeros', () => {
  const x = tf.tensor1d([1, 2]);
  const unused = tf.tensor1d([7]);
  const { grads } = valueAndGrads(() => tf.sum(x), [x, unused]);
  assert.equal(grads.map(values), [[1, 1], [0]]);
});

test('a tensor used twice gets the sum of both gradients', () => {
  const x = tf.scalar(3);
  const { grads } = valueAndGrads(() => tf.add(tf.mul(x, x), x), [x]);
  assert.equal(values(grads[0]), [7]);
});

test('a function that hands its dy through does not free it twice', () => {
  const passThrough = tf.customGrad((x) => ({ value: (x as tf.Tensor).clone(), gradFunc: (dy: tf.Tensor) => dy }));
  const x = tf.tensor1d([1, 2]);
  const { grads } = valueAndGrads(() => tf.sum(tf.add(passThrough(x), tf.square(x))), [x]);
  assert.equal(values(grads[0]), [3, 5]);
});

test('what was saved is freed when the function throws', () => {
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  assert.throws(() => {
    valueAndGrads(() => {
      tf.square(x);
      throw new Error('stop');
    }, [x]);
  }, /stop/);
  assert.is(tf.memory().numTensors, before);
});

test('what was saved and computed is freed when a gradient throws', () => {
  const failing = tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (): tf.Tensor => {
      throw new Error('stop');
    },
  }));
  const x = tf.tensor1d([1, 2]);
  const before = tf.memory().numTensors;
  assert.throws(() => {
    valueAndGrads(() => tf.sum(tf.square(failing(tf.square(x)))), [x]);
  }, /stop/);
  assert.is(tf.memory().numTensors, before);
});

test('a missing gradient names the operation', () => {
  const x = tf.tensor1d([1, 2]);
  assert.throws(() => valueAndGrads(() => tf.sum(tf.einsum('i,i->', x, x)), [x]), /Einsum has no gradient/);
});

test.run();
