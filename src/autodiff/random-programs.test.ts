import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { peakBytes } from '../../test/support/peak-bytes.js';
import { conv2d, groupNorm, linear, silu } from '../ops/index.js';
import { grads } from './index.js';

const ROWS = 4;
const COLUMNS = 6;
const shape = [ROWS, COLUMNS];

/** Whole numbers below a bound, the same ones for the same seed (a linear congruential generator). */
function drawer(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

function numbers(size: number[], seed: number): tf.Tensor {
  const draw = drawer(seed);
  const values = Float32Array.from({ length: tf.util.sizeFromShape(size) }, () => draw(2000) / 1000 - 1);
  return tf.tensor(values, size);
}

type Step = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor;
const image = [1, 2, 2, COLUMNS] as [number, number, number, number];
const square = (x: tf.Tensor): tf.Tensor => tf.slice(tf.matMul(x, x, true), [0, 0], [COLUMNS, COLUMNS]);

/** Operations from matrices to a matrix of the same shape, by kind. */
const steps: Record<string, Step> = {
  sigmoid: (a) => tf.sigmoid(a),
  tanh: (a) => tf.tanh(a),
  'exp and log': (a) => tf.log(tf.add(tf.exp(a), 1)),
  relu: (a) => tf.relu(a),
  softmax: (a) => tf.softmax(a),
  silu: (a) => silu(a),
  power: (a) => tf.pow(tf.add(tf.abs(a), 1), 1.5),
  'power of a tensor': (a, b) => tf.pow(tf.add(tf.abs(a), 1), tf.sigmoid(b)),
  add: (a, b) => tf.add(a, b),
  subtract: (a, b) => tf.sub(a, b),
  multiply: (a, b) => tf.mul(a, b),
  'multiply by a constant': (a) => tf.mul(numbers(shape, 1), a),
  divide: (a, b) => tf.div(a, tf.add(tf.square(b), 1)),
  'divide by a constant': (a) => tf.div(a, 3),
  'divide a constant': (a) => tf.div(numbers(shape, 2), tf.add(tf.square(a), 1)),
  'squared difference': (a, b) => tf.squaredDifference(a, b),
  'add a row and a column': (a, b, c) => tf.add(tf.sub(a, tf.mean(b, 0)), tf.sum(c, 1, true)),
  'multiply by a row': (a, b) => tf.mul(a, tf.sum(b, 0)),
  'matrix products': (a, b, c) => tf.matMul(tf.matMul(a, b, false, true), c),
  'matrix product with a constant': (a) => tf.matMul(a, numbers([COLUMNS, COLUMNS], 3)),
  linear: (a, b, c) => linear(a, square(b), tf.sum(c, 0)),
  convolution: (a, b) =>
    tf.reshape(
      conv2d(tf.reshape(a, image), tf.reshape(square(b), [1, 1, COLUMNS, COLUMNS]), tf.sum(b, 0), {
        strides: 1,
        pad: 0,
      }),
      shape,
    ),
  'plain convolution': (a, b) =>
    tf.reshape(
      tf.conv2d(tf.reshape<tf.Rank.R4>(a, image), tf.reshape(square(b), [1, 1, COLUMNS, COLUMNS]), 1, 'valid'),
      shape,
    ),
  'depthwise convolution': (a, b) =>
    tf.reshape(
      tf.depthwiseConv2d(tf.reshape<tf.Rank.R4>(a, image), tf.reshape(tf.sum(b, 0), [1, 1, COLUMNS, 1]), 1, 'same'),
      shape,
    ),
  'group norm': (a, b, c) => groupNorm(a, tf.sum(b, 0), tf.sum(c, 0), { numGroups: 2, activation: 'silu' }),
  'concat and slice': (a, b) => tf.slice(tf.concat([a, b], 1), [0, 3], shape),
  'concat of one tensor twice': (a) => tf.slice(tf.concat([a, a], 0), [2, 0], shape),
  'pad and slice': (a) =>
    tf.slice(
      tf.pad(a, [
        [1, 2],
        [0, 1],
      ]),
      [1, 1],
      shape,
    ),
  'stack and unstack': (a, b) => tf.mul(...(tf.unstack(tf.stack([a, b, a], 1), 1).slice(1) as [tf.Tensor, tf.Tensor])),
  split: (a) => tf.concat(tf.split(a, 2, 1).reverse(), 1),
  'reshape and transpose': (a) => tf.reshape(tf.transpose(tf.reshape(a, [2, 2, COLUMNS]), [1, 0, 2]), shape),
  'expand dims': (a, b) => tf.squeeze(tf.add(tf.expandDims(a, 1), tf.expandDims(b, 1)), [1]),
  'add many': (a, b, c) => tf.addN([a, b, c, a]),
  'cumulative sum': (a) => tf.cumsum(a, 1),
  where: (a, b) => tf.where(tf.greater(numbers(shape, 4), 0), a, b),
};

/** A program of `length` steps, each on what the ones before made and on the inputs; its value is a scalar. */
function program(seed: number, length: number, kinds = Object.keys(steps)): (...xs: tf.Tensor[]) => tf.Scalar {
  return (...xs) => {
    const draw = drawer(seed);
    const made = [...xs];
    const any = () => made[draw(made.length)] as tf.Tensor;
    for (let i = 0; i < length; i++) {
      const step = steps[kinds[draw(kinds.length)] as string] as Step;
      // Between -1 and 1, so that no chain of products grows without bound.
      made.push(tf.tidy(() => tf.tanh(step(made.at(-1 - draw(2)) as tf.Tensor, any(), any()))));
    }
    const used = [...xs, made.at(-1) as tf.Tensor, any()];
    return tf.tidy(() => tf.addN(used.map((tensor) => tf.mean(tf.square(tensor)))));
  };
}

function assertSame(found: readonly tf.Tensor[], expected: readonly tf.Tensor[], what: string): void {
  expected.forEach((tensor, i) => {
    const got = found[i]?.dataSync() ?? [];
    tensor.dataSync().forEach((want, j) => {
      const difference = Math.abs((got[j] ?? NaN) - want);
      assert.ok(difference <= 1e-6 * Math.max(1, Math.abs(want)), `${what}, x ${i}: found ${got[j]}, expected ${want}`);
    });
  });
}

/** Asserts that `grads` gives what `tf.grads` gives and leaves nothing but it behind. */
function assertEqualsTfGrads(f: (...xs: tf.Tensor[]) => tf.Scalar, xs: tf.Tensor[], what: string): void {
  const before = tf.memory().numTensors;
  const found = grads(() => f(...xs), xs);
  assert.is(tf.memory().numTensors, before + xs.length, `${what}: tensors left behind`);
  const expected = tf.grads(f)(xs);
  assertSame(found, expected, what);
  tf.dispose([...found, ...expected]);
}

const inputs = () => [1, 2, 3].map((seed) => numbers(shape, seed + 100));

onEveryEngine('gradients of random programs', (test, engine) => {
  for (const kind of Object.keys(steps)) {
    test(`${kind}: as tf.grads`, () => {
      const xs = inputs();
      const f = program(1, 3, [kind]);
      assertEqualsTfGrads(f, xs, kind);
      // Where the others are constants, less is kept.
      xs.forEach((x, i) => {
        assertEqualsTfGrads((only) => f(...xs.with(i, only)), [x], `${kind}, input ${i}`);
      });
      tf.dispose(xs);
    });
  }

  test('programs of 12 operations: as tf.grads', () => {
    const xs = inputs();
    for (let seed = 0; seed < 20; seed++) {
      const f = program(seed, 12);
      assertEqualsTfGrads(f, xs, `program ${seed}`);
      const [first, ...rest] = xs as [tf.Tensor, ...tf.Tensor[]];
      assertEqualsTfGrads((x) => f(x, ...rest), [first], `program ${seed}, one input`);
    }
    tf.dispose(xs);
  });

  if (engine !== 'torch') return;
  test('the peak of live bytes is not above that of tf.grads', () => {
    const xs = inputs();
    for (let seed = 0; seed < 20; seed++) {
      const f = program(seed, 12);
      const ours = peakBytes(() => {
        tf.dispose(grads(() => f(...xs), xs));
      });
      const theirs = peakBytes(() => {
        tf.dispose(tf.grads(f)(xs));
      });
      assert.ok(ours <= theirs, `program ${seed}: ${ours} bytes, tf.grads ${theirs}`);
    }
    tf.dispose(xs);
  });

  test('the peak of a chain is below that of tf.grads: its sums are not kept', () => {
    const length = 20;
    const x = numbers([1000], 1);
    const chain = (y: tf.Tensor): tf.Scalar => {
      let h = y;
      for (let i = 0; i < length; i++) h = sigmoidOfSum(h);
      return tf.sum(h);
    };
    const sigmoidOfSum = (h: tf.Tensor) => tf.tidy(() => tf.sigmoid(tf.add(h, 1)));
    const ours = peakBytes(() => {
      tf.dispose(grads(() => chain(x), [x]));
    });
    const theirs = peakBytes(() => {
      tf.dispose(tf.grads(chain)([x]));
    });
    // At the end of the forward pass each sigmoid is alive; a step backwards needs a handful of temporaries.
    const bytes = 4 * x.size;
    assert.ok(ours <= (length + 5) * bytes, `${ours / bytes} tensors`);
    assert.ok(theirs >= 2 * length * bytes, `tf.grads ${theirs / bytes} tensors`);
    x.dispose();
  });
});
