import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { Generator } from '../../random/index.js';
import { geglu, gelu, groupNorm, layerNorm, silu, upsampleConv2d } from '../../ops/index.js';
import { loadAddon } from '../addon/index.js';
import { runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('bf16-mixed');

/** Independent numbers: sums of them are not small differences of large ones, whose rounding would say nothing. */
const numbers = (shape: number[], seed = 1) => new Generator([seed, 7]).normal(shape);

const values = (tensor: tf.Tensor) => tensor.dataSync<'float32'>();

/** Runs `f` in both precisions: the mixed one must differ from float32, by no more than bfloat16's rounding. */
function assertRounded(f: () => tf.Tensor | tf.Tensor[], tolerance = 0.02): void {
  const run = () => tf.tidy(() => [f()].flat().map((tensor) => ({ dtype: tensor.dtype, values: values(tensor) })));
  const exact = run();
  const mixed = inMixedPrecision(run);
  exact.forEach((expected, i) => {
    const found = mixed[i] as (typeof exact)[number];
    assert.is(found.dtype, 'float32');
    assert.is(found.values.length, expected.values.length);
    const largest = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const errors = expected.values.map((value, j) => Math.abs(value - (found.values[j] ?? NaN)) / largest);
    const error = errors.reduce((most, e) => (e <= most ? most : e), 0);
    assert.ok(error > 1e-7, `result ${i} is that of float32`);
    assert.ok(error <= tolerance, `result ${i}: the largest error is ${error} of the largest value`);
  });
}

function inMixedPrecision<T>(f: () => T): T {
  loadAddon().setPrecision('bf16-mixed');
  try {
    return f();
  } finally {
    loadAddon().setPrecision('32');
  }
}

for (const [name, x, filter, stride] of [
  ['wide enough for Winograd', [2, 9, 12, 48], [3, 3, 48, 32], 1],
  ['with an odd number of tiles', [3, 6, 10, 32], [3, 3, 32, 64], 1],
  ['narrow', [2, 8, 8, 3], [3, 3, 3, 8], 1],
  ['with stride 2', [2, 8, 8, 32], [3, 3, 32, 32], 2],
  ['pointwise', [2, 8, 8, 32], [1, 1, 32, 64], 1],
] as [string, number[], number[], number][]) {
  test(`a convolution ${name}, and its gradients`, () => {
    const convolve = (image: tf.Tensor, weights: tf.Tensor) =>
      tf.conv2d(image as tf.Tensor4D, weights as tf.Tensor4D, stride, 'same');
    assertRounded(() => {
      const inputs = [numbers(x), numbers(filter, 2)] as [tf.Tensor, tf.Tensor];
      const y = convolve(...inputs);
      return [y, ...tf.grads(convolve)(inputs, numbers(y.shape, 3))];
    });
  });
}

test('a convolution with a bias', () => {
  assertRounded(() =>
    tf.fused.conv2d({
      x: numbers([1, 12, 12, 32]) as tf.Tensor4D,
      filter: numbers([3, 3, 32, 32], 2) as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      bias: numbers([32], 3),
    }),
  );
});

for (const [name, x, outputs] of [
  ['by products', [3, 5, 9, 48], 32],
  ['narrow', [2, 4, 5, 3], 8],
] as [string, [number, number, number, number], number][]) {
  test(`a convolution of an enlarged image, ${name}, and its gradients`, () => {
    assertRounded(() => {
      const inputs = [numbers(x), numbers([3, 3, x[3], outputs], 2), numbers([outputs], 3)];
      const f = (...xs: tf.Tensor[]) => upsampleConv2d(...(xs as Parameters<typeof upsampleConv2d>));
      const dy = numbers([x[0], 2 * x[1], 2 * x[2], outputs], 4);
      // The bias's gradient sums what it is given, which nothing has rounded here.
      const [dx, dfilter] = tf.grads(f)(inputs, dy);
      return [f(...inputs), dx as tf.Tensor, dfilter as tf.Tensor];
    });
  });
}

test('group normalization of a result in bfloat16, and its gradient', () => {
  assertRounded(() => {
    const inputs = [numbers([2, 8, 8, 40]), numbers([1, 1, 40, 40], 2), numbers([40], 3), numbers([40], 4)];
    const f = (x: tf.Tensor, filter: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
      const convolved = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
      return groupNorm(convolved, gamma, beta, { numGroups: 8, activation: 'silu' });
    };
    return [f(...(inputs as Parameters<typeof f>)), ...tf.grads(f)(inputs, numbers([2, 8, 8, 40], 5))];
  });
});

for (const [name, f] of Object.entries({
  silu: (x: tf.Tensor) => silu(x),
  gelu: (x: tf.Tensor) => gelu(x),
  'gelu by tanh': (x: tf.Tensor) => gelu(x, { approximate: 'tanh' }),
  geglu: (x: tf.Tensor) => geglu(x),
  'layer normalization': (x: tf.Tensor) => layerNorm(x, tf.ones([36]), tf.zeros([36])),
})) {
  test(`${name} of a result in bfloat16, and its gradient`, () => {
    assertRounded(() => {
      const inputs = [numbers([70, 24]), numbers([24, 36], 2)] as const;
      const composed = (x: tf.Tensor, weights: tf.Tensor) => f(tf.matMul(x, weights));
      const y = composed(...inputs);
      return [y, ...tf.grads(composed)([...inputs], numbers(y.shape, 3))];
    });
  });
}

test('matrix products: tall, batched, transposed, with a bias', () => {
  assertRounded(() => tf.matMul(numbers([1100, 24]), numbers([24, 16], 2)));
  assertRounded(() => tf.matMul(numbers([3, 7, 24]), numbers([3, 5, 24], 2), false, true));
  assertRounded(() => tf.matMul(numbers([24, 7]), numbers([24, 5], 2), true, false));
  assertRounded(() => tf.fused.matMul({ a: numbers([4, 24]), b: numbers([24, 6], 2), bias: numbers([6], 3) }));
});

test('what moves or adds results keeps them in bfloat16, at half the memory', () => {
  const addon = loadAddon();
  const bytesOf = (f: () => tf.Tensor) => {
    const before = addon.memory().bytes;
    const result = f();
    const bytes = addon.memory().bytes - before;
    result.dispose();
    return bytes / result.size;
  };
  inMixedPrecision(() => {
    const y = tf.matMul(numbers([64, 24]), numbers([24, 64], 2));
    assert.is(
      bytesOf(() => tf.add(y, y)),
      2,
    );
    assert.is(
      bytesOf(() => tf.concat([y, y], 1)),
      2,
    );
    assert.is(
      bytesOf(() => tf.transpose(y)),
      2,
    );
    assert.is(
      bytesOf(() => tf.slice(y, [0, 0], [10, 10])),
      2,
    );
    y.dispose();
  });
});

test('everything else computes in float32: sums, softmax, losses, gradients of weights', () => {
  const addon = loadAddon();
  inMixedPrecision(() => {
    const y = tf.matMul(numbers([64, 24]), numbers([24, 64], 2));
    for (const f of [() => tf.softmax(y), () => tf.exp(y), () => tf.square(y)]) {
      const before = addon.memory().bytes;
      const result = f();
      assert.is((addon.memory().bytes - before) / result.size, 4);
      result.dispose();
    }
    // Exact in float32, not in bfloat16, which counts to 256.
    const many = tf.matMul(tf.ones([1000, 1]), tf.ones([1, 1]));
    assert.is(values(tf.sum(many))[0], 1000);
    tf.dispose([y, many]);
  });
});

test('a precision that is none is refused', () => {
  assert.throws(() => {
    loadAddon().setPrecision('16' as '32');
  }, /32 or bf16-mixed, found '16'/);
});

runSuites();
