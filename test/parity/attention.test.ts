import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads, vjp } from '../../src/autodiff/index.js';
import { ShapeError } from '../../src/errors.js';
import { qkvAttention, scaledDotProductAttention } from '../../src/ops/index.js';
import { Generator } from '../../src/random/index.js';
import { assertClose } from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';

type Sizes = { n: number; t: number; s: number; h: number; d: number };
type Allowed = (n: number, h: number, t: number, s: number) => boolean;
type Arrays = { q: Float32Array; k: Float32Array; v: Float32Array; dy: Float32Array };

/** Attention and its gradients as the equations have them, in float64. */
function reference({ n, t, s, h, d }: Sizes, { q, k, v, dy }: Arrays, allowed: Allowed, scale: number) {
  const y = new Float64Array(n * t * h * d);
  const [dq, dk, dv] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(v.length)];
  const at = (length: number, b: number, i: number, head: number) => ((b * length + i) * h + head) * d;
  const channels = Array.from({ length: d }, (_, c) => c);
  const dot = (a: ArrayLike<number>, i: number, b: ArrayLike<number>, j: number) =>
    channels.reduce((sum, c) => sum + (a[i + c] ?? 0) * (b[j + c] ?? 0), 0);
  const add = (to: Float64Array, i: number, factor: number, from: ArrayLike<number>, j: number) => {
    for (const c of channels) to[i + c] = (to[i + c] ?? 0) + factor * (from[j + c] ?? 0);
  };
  for (let b = 0; b < n; b++) {
    for (let head = 0; head < h; head++) {
      for (let i = 0; i < t; i++) {
        const query = at(t, b, i, head);
        const keys = Array.from({ length: s }, (_, j) => at(s, b, j, head));
        const scores = keys.map((key, j) => (allowed(b, head, i, j) ? scale * dot(q, query, k, key) : -3.4e38));
        const peak = Math.max(...scores);
        const exponentials = scores.map((score) => Math.exp(score - peak));
        const total = exponentials.reduce((sum, e) => sum + e, 0);
        const weights = exponentials.map((e) => e / total);
        keys.forEach((key, j) => {
          add(y, query, weights[j] ?? 0, v, key);
        });
        const delta = dot(dy, query, y, query);
        keys.forEach((key, j) => {
          const weight = weights[j] ?? 0;
          const slope = allowed(b, head, i, j) ? scale * weight * (dot(dy, query, v, key) - delta) : 0;
          add(dv, key, weight, dy, query);
          add(dq, query, slope, k, key);
          add(dk, key, slope, q, query);
        });
      }
    }
  }
  return { y, dq, dk, dv };
}

function draw({ n, t, s, h, d }: Sizes): Record<keyof Arrays, tf.Tensor4D> {
  const generator = new Generator([3, 14]);
  const normal = (length: number) => generator.normal([n, length, h, d]) as tf.Tensor4D;
  return { q: normal(t), k: normal(s), v: normal(s), dy: normal(t) };
}

function arraysOf(tensors: Record<keyof Arrays, tf.Tensor4D>): Arrays {
  const { q, k, v, dy } = tensors;
  return { q: values(q), k: values(k), v: values(v), dy: values(dy) };
}

const values = (tensor: tf.Tensor | undefined) => (tensor as tf.Tensor).dataSync<'float32'>();
const everyKey: Allowed = () => true;

function assertMatches(sizes: Sizes, allowed: Allowed = everyKey, mask?: tf.Tensor, scale?: number): void {
  const inputs = draw(sizes);
  const { q, k, v, dy } = inputs;
  const expected = reference(sizes, arraysOf(inputs), allowed, scale ?? 1 / Math.sqrt(sizes.d));
  const options = { ...(mask && { mask }), ...(scale !== undefined && { scale }) };
  const { values: roots, pullback, dispose } = vjp(() => [scaledDotProductAttention(q, k, v, options)], [q, k, v]);
  const [dq, dk, dv] = pullback([dy]);
  assertClose(values(roots[0]), expected.y, 1e-5, 'y');
  assertClose(values(dq), expected.dq, 2e-5, 'dq');
  assertClose(values(dk), expected.dk, 2e-5, 'dk');
  assertClose(values(dv), expected.dv, 2e-5, 'dv');
  dispose();
  tf.dispose([roots as tf.Tensor[], [dq, dk, dv] as tf.Tensor[], Object.values(inputs)]);
}

onEveryEngine('attention', (test) => {
  const cases: Record<string, Sizes> = {
    'one position': { n: 1, t: 1, s: 1, h: 1, d: 1 },
    'sizes that fill no vector and no tile': { n: 2, t: 37, s: 21, h: 3, d: 5 },
    'whole tiles of queries': { n: 2, t: 64, s: 64, h: 2, d: 32 },
    'several tiles of keys, divided among threads': { n: 1, t: 33, s: 600, h: 1, d: 24 },
    'one head of many channels': { n: 1, t: 40, s: 40, h: 1, d: 80 },
  };
  for (const [name, sizes] of Object.entries(cases)) {
    test(`${name}: the value and all gradients`, () => {
      const before = tf.memory().numTensors;
      assertMatches(sizes);
      assert.is(tf.memory().numTensors, before);
    });
  }

  test('a mask of keys, as long as the batch', () => {
    const sizes = { n: 2, t: 5, s: 20, h: 2, d: 8 };
    const allowed: Allowed = (n, _h, _t, s) => s < (n === 0 ? 7 : 19);
    const mask = tf.tensor4d(
      Array.from({ length: 40 }, (_, i) => Number(allowed(Math.floor(i / 20), 0, 0, i % 20))),
      [2, 1, 1, 20],
      'bool',
    );
    assertMatches(sizes, allowed, mask);
    mask.dispose();
  });

  for (const [name, mayAttend] of [
    ['the past', (t: number, s: number) => s <= t],
    ['the future, its first tiles masked whole', (t: number, s: number) => s >= t],
  ] as const) {
    test(`a causal mask of ${name}, the same for every head, over several tiles of keys`, () => {
      const sizes = { n: 1, t: 300, s: 300, h: 1, d: 4 };
      const entries = Array.from({ length: 300 * 300 }, (_, i) => Number(mayAttend(Math.floor(i / 300), i % 300)));
      const mask = tf.tensor4d(entries, [1, 1, 300, 300], 'bool');
      assertMatches(sizes, (_n, _h, t, s) => mayAttend(t, s), mask);
      mask.dispose();
    });
  }

  for (const keys of [4, 300]) {
    test(`a query that may attend to none of ${keys} keys attends to all alike`, () => {
      const { q, k, v, dy } = draw({ n: 1, t: 2, s: keys, h: 1, d: 2 });
      // The other query may attend to the first key alone, which then has all of its weight.
      const entries = Array.from({ length: 2 * keys }, (_, i) => Number(i === keys));
      const mask = tf.tensor4d(entries, [1, 1, 2, keys], 'bool');
      const attend = () => [scaledDotProductAttention(q, k, v, { mask })];
      const { values: roots, pullback, dispose } = vjp(attend, [q, k, v]);
      const [dq, dk, dv] = pullback([dy]);
      const [first, second] = [v.dataSync().slice(0, 2), dy.dataSync().slice(2)];
      assertClose(values(roots[0]), [...tf.mean(v, 1).dataSync(), ...first], 1e-6, 'y');
      // Its weights depend on nothing.
      assertClose(values(dq), [0, 0, 0, 0], 1e-6, 'dq');
      assertClose(values(dk), new Float32Array(2 * keys), 1e-6, 'dk');
      const alike = [...dy.dataSync().slice(0, 2)].map((element) => element / keys);
      const expected = Array.from(
        { length: 2 * keys },
        (_, i) => (alike[i % 2] ?? NaN) + (i < 2 ? (second[i] ?? 0) : 0),
      );
      assertClose(values(dv), expected, 1e-6, 'dv');
      dispose();
      tf.dispose([q, k, v, dy, mask, roots as tf.Tensor[], [dq, dk, dv] as tf.Tensor[]]);
    });
  }

  test('scores too large to exponentiate', () => {
    assertMatches({ n: 1, t: 9, s: 300, h: 1, d: 16 }, everyKey, undefined, 10);
  });

  test('a NaN in one query reaches its result and no other', () => {
    const q = tf.tensor4d([NaN, 1], [1, 2, 1, 1]);
    const k = tf.ones<tf.Rank.R4>([1, 3, 1, 1]);
    const y = scaledDotProductAttention(q, k, k).dataSync();
    assert.ok(Number.isNaN(y[0]));
    assertClose([y[1] ?? NaN], [1], 1e-6, 'y');
  });

  for (const splitBeforeHeads of [true, false]) {
    test(`one projection, split ${splitBeforeHeads ? 'before' : 'after'} the heads, equals its parts`, () => {
      const [n, t, numHeads, d] = [2, 19, 3, 8];
      const before = tf.memory().numTensors;
      const generator = new Generator([5, 1]);
      const qkv = generator.normal([n, t, 3 * numHeads * d]) as tf.Tensor3D;
      const weights = generator.normal([n, t, numHeads * d]);
      const split = splitBeforeHeads ? [n, t, 3, numHeads, d] : [n, t, numHeads, 3, d];
      const fromParts = () => {
        const parts = tf.unstack(tf.reshape(qkv, split), splitBeforeHeads ? 2 : 3);
        const [q, k, v] = parts as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
        return tf.reshape(scaledDotProductAttention(q, k, v), weights.shape);
      };
      const weigh = (y: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(y, weights));
      const expected = valueAndGrads(() => weigh(fromParts()), [qkv]);
      const found = valueAndGrads(() => weigh(qkvAttention(qkv, { numHeads, splitBeforeHeads })), [qkv]);
      assertClose(values(found.value), values(expected.value), 1e-5, 'value');
      assertClose(values(found.grads[0]), values(expected.grads[0]), 1e-5, 'gradient');
      tf.dispose([qkv, weights, found.value, expected.value, ...found.grads, ...expected.grads]);
      assert.is(tf.memory().numTensors, before);
    });
  }

  test('shapes that do not go together are named', () => {
    const x = (...shape: [number, number, number, number]): tf.Tensor4D => tf.zeros(shape);
    assert.throws(
      () => scaledDotProductAttention(x(1, 2, 3, 4), x(1, 5, 3, 4), x(1, 6, 3, 4)),
      (error: Error) => error instanceof ShapeError && error.message.includes('[1, 6, 3, 4]'),
    );
    assert.throws(
      () => qkvAttention(tf.zeros([1, 2, 10]), { numHeads: 2, splitBeforeHeads: true }),
      (error: Error) => error instanceof ShapeError && error.message.includes('2 heads'),
    );
  });
});
