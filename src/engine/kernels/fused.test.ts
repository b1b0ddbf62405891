import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { AdamInPlace, EmaInPlace, GroupNorm, GroupNormGrad } from '../../ops/kernels/index.js';
import { Generator } from '../../random/generator.js';
import { loadAddon } from '../addon/index.js';
import { numbers, runSuites, torchSuite, values } from '../testing.js';

const test = await torchSuite('fused kernels');

const run = (kernelName: string, inputs: object, attrs: object): tf.Tensor[] =>
  tf.engine().runKernel(kernelName, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as unknown as tf.Tensor[];

const same = (found: tf.Tensor, expected: tf.Tensor, tolerance: number): void => {
  assert.equal(found.shape, expected.shape);
  const gap = tf.max(tf.div(tf.abs(tf.sub(found, expected)), tf.add(tf.abs(expected), 1))).dataSync()[0] ?? NaN;
  assert.ok(gap < tolerance, `largest relative difference ${gap}`);
};

/** Group normalization of tfjs operations, which have gradients of their own. */
function composed(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, numGroups: number, silu: boolean): tf.Tensor {
  const channels = x.shape[x.rank - 1] ?? 0;
  const grouped = tf.reshape(x, [x.shape[0], -1, numGroups, channels / numGroups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  const normalized = tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), x.shape);
  const z = tf.add(tf.mul(normalized, gamma), beta);
  return silu ? tf.mul(z, tf.sigmoid(z)) : z;
}

const normCases: [shape: number[], groups: number, offset: number][] = [
  [[2, 4, 4, 8], 4, 0],
  [[3, 5, 7, 6], 3, 0],
  [[1, 40, 40, 32], 8, 0],
  [[4, 6], 2, 0],
  [[2, 9, 12], 1, 0],
  [[2, 3, 3, 5], 5, 3],
  [[2, 33, 33, 64], 32, 10],
];

for (const [shape, numGroups, offset] of normCases) {
  for (const activation of ['linear', 'silu'] as const) {
    test(`GroupNorm of [${shape.join()}] in ${numGroups} groups, ${activation}, mean ${offset}, and its gradient`, () => {
      tf.tidy(() => {
        const channels = shape[shape.length - 1] ?? 0;
        const x = tf.add(numbers(shape), offset);
        const [gamma, beta, dy] = [numbers([channels], 2), numbers([channels], 3), numbers(shape, 4)];
        const attrs = { numGroups, epsilon: 1e-5, activation };
        const [y, mean, rstd] = run(GroupNorm, { x, gamma, beta }, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
        const form = (...inputs: tf.Tensor[]): tf.Tensor => {
          const [a, b, c] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
          return composed(a, b, c, numGroups, activation === 'silu');
        };
        same(y, form(x, gamma, beta), 2e-5);
        assert.equal(mean.shape, [shape[0], numGroups]);
        assert.equal(rstd.shape, [shape[0], numGroups]);
        const found = run(GroupNormGrad, { dy, x, gamma, beta, mean, rstd }, attrs);
        const expected = tf.grads(form)([x, gamma, beta], dy);
        expected.forEach((gradient, i) => {
          same(found[i] as tf.Tensor, gradient, 2e-4);
        });
      });
    });
  }
}

test('GroupNorm of a far mean keeps its precision', () => {
  tf.tidy(() => {
    const x = tf.add(numbers([1, 16, 16, 4]), 1000);
    const attrs = { numGroups: 2, epsilon: 1e-5, activation: 'linear' };
    const [, mean, rstd] = run(GroupNorm, { x, gamma: tf.ones([4]), beta: tf.zeros([4]) }, attrs);
    const data = x.dataSync();
    const group = Array.from(data).filter((_, i) => i % 4 < 2);
    const mu = group.reduce((sum, value) => sum + value, 0) / group.length;
    const variance = group.reduce((sum, value) => sum + (value - mu) ** 2, 0) / group.length;
    assert.ok(Math.abs((mean?.dataSync()[0] ?? NaN) - mu) < 1e-4);
    assert.ok(Math.abs((rstd?.dataSync()[0] ?? NaN) * Math.sqrt(variance + 1e-5) - 1) < 1e-5);
  });
});

test('GroupNorm is the same for any number of threads', () => {
  const addon = loadAddon();
  const threads = addon.threads();
  const results = [1, 2, 3].map((count) => {
    addon.setThreads(count);
    return tf.tidy(() => {
      const [x, gamma, beta] = [numbers([3, 40, 40, 32]), numbers([32], 2), numbers([32], 3)];
      const attrs = { numGroups: 8, epsilon: 1e-5, activation: 'silu' };
      const [y, mean, rstd] = run(GroupNorm, { x, gamma, beta }, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const gradients = run(GroupNormGrad, { dy: numbers(x.shape, 5), x, gamma, beta, mean, rstd }, attrs);
      return [y, mean, rstd, ...gradients].map((tensor) => Array.from(tensor.dataSync()));
    });
  });
  addon.setThreads(threads);
  assert.equal(results[1], results[0]);
  assert.equal(results[2], results[0]);
});

test('GroupNorm passes NaN on within its group only', () => {
  tf.tidy(() => {
    const x = tf.tensor4d([NaN, 1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 4]);
    const attrs = { numGroups: 2, epsilon: 1e-5, activation: 'silu' };
    const [y] = run(GroupNorm, { x, gamma: tf.ones([4]), beta: tf.zeros([4]) }, attrs);
    assert.equal(Array.from(y?.dataSync() ?? [], Number.isNaN), [true, true, false, false, true, true, false, false]);
  });
});

test('SiLU of large numbers neither overflows nor vanishes', () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[-1, 1]]);
    const attrs = { numGroups: 1, epsilon: 0, activation: 'silu' };
    const [y] = run(GroupNorm, { x, gamma: tf.fill([2], 1000), beta: tf.zeros([2]) }, attrs);
    const [low = NaN, high = NaN] = y?.dataSync() ?? [];
    assert.ok(Math.abs(low) < 1e-30);
    assert.ok(Math.abs(high - 1000) < 1e-3);
  });
});

test('AdamInPlace is AdamW’s arithmetic where decoupled, in place', () => {
  const attrs = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decoupled: true };
  const shapes = [[3], [2, 20000], []];
  tf.tidy(() => {
    const [p, g, m, v] = [1, 2, 3, 4].map((seed) => shapes.map((shape) => tf.variable(numbers(shape, seed))));
    for (const moment of v ?? []) moment.assign(tf.square(moment));
    const expected = shapes.map((_, i) => [p, g, m, v].map((list) => Array.from(list?.[i]?.dataSync() ?? [])));
    for (const step of [1, 2]) {
      run(AdamInPlace, [...(p ?? []), ...(g ?? []), ...(m ?? []), ...(v ?? [])], { count: 3, step, ...attrs });
      for (const [ps = [], gs = [], ms = [], vs = []] of expected) {
        ps.forEach((value, i) => {
          const gradient = gs[i] ?? NaN;
          const first = 0.9 * (ms[i] ?? NaN) + 0.1 * gradient;
          const second = 0.99 * (vs[i] ?? NaN) + 0.01 * gradient ** 2;
          const denominator = Math.sqrt(second) / Math.sqrt(1 - 0.99 ** step) + 1e-8;
          [ms[i], vs[i]] = [first, second];
          ps[i] = value * (1 - 0.01 * 0.1) - ((0.01 / (1 - 0.9 ** step)) * first) / denominator;
        });
      }
    }
    expected.forEach((lists, i) => {
      [p, g, m, v].forEach((found, k) => {
        const data = found?.[i]?.dataSync() ?? [];
        (lists[k] ?? []).forEach((want, j) => {
          assert.ok(Math.abs((data[j] ?? NaN) - want) <= 2e-6 * Math.max(1, Math.abs(want)));
        });
      });
    });
    for (const list of [p, g, m, v]) tf.dispose(list ?? []);
  });
});

test('EmaInPlace', () => {
  tf.tidy(() => {
    const [shadow, parameter] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([3, 2, 1])];
    run(EmaInPlace, [shadow, parameter], { count: 1, decay: 0.75 });
    assert.equal(Array.from(shadow.dataSync()), [1.5, 2, 2.5]);
    assert.equal(Array.from(parameter.dataSync()), [3, 2, 1]);
  });
});

test('in-place kernels refuse lists that do not agree', () => {
  const lists = [numbers([3]), numbers([4])];
  assert.throws(
    () => run(EmaInPlace, lists, { count: 1, decay: 0.5 }),
    /EmaInPlace: ema\(float32\[3\], float32\[4\]\): tensor 1/,
  );
  assert.throws(
    () => run(EmaInPlace, lists, { count: 2, decay: 0.5 }),
    /expected 2 lists of 2 tensors, found 2 tensors/,
  );
  tf.dispose(lists);
});

for (const counter of [
  [0, 0, 0, 0],
  [0xffffffff, 0xffffffff, 0, 7],
] as const) {
  for (const size of [1, 4, 7, 10001]) {
    test(`Philox: the bits of the JavaScript form, ${size} draws from ${counter.join()}`, async () => {
      const draws = async (backend: string): Promise<number[][]> => {
        await tf.setBackend(backend);
        const generator = new Generator([0xdeadbeef, 42], counter);
        const tensors = [generator.normal([size]), generator.uniform([size]), generator.normal([size])];
        const numbersOf = tensors.map((tensor) => Array.from(tensor.dataSync()));
        tf.dispose(tensors);
        return numbersOf;
      };
      const expected = await draws('cpu');
      assert.equal(await draws('torch'), expected);
    });
  }
}

test('a large draw is split over threads without a seam', () => {
  const generator = new Generator([1, 2]);
  const whole = generator.normal([100003]).dataSync();
  const part = new Generator([1, 2], [12345, 0, 0, 0]).normal([40]).dataSync();
  assert.equal(Array.from(whole.subarray(4 * 12345, 4 * 12345 + 40)), Array.from(part));
  assert.is(values(1).length, 1);
});

runSuites();
