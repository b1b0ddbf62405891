import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { onEveryEngine } from '../../test/support/engines.js';
import { grads, valueAndGrads, vjp } from './vjp.js';

const values = (tensor: tf.Tensor | undefined) => [...(tensor?.dataSync() ?? [])];

/** An operation with `forward` whose gradient function gives back what `gradients` makes of its dy and what it saved. */
function operation(
  forward: (...xs: tf.Tensor[]) => tf.Tensor,
  gradients: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
): (...xs: tf.Tensor[]) => tf.Tensor {
  return tf.customGrad<tf.Tensor>((...args) => {
    const xs = args.slice(0, -1) as tf.Tensor[];
    const save = args.at(-1) as tf.GradSaveFunc;
    save(xs);
    return { value: forward(...xs), gradFunc: gradients };
  });
}

/** Takes gradients and asserts that what they are of and the tensors alive are as before. */
function gradsOf(f: () => tf.Tensor, xs: tf.Tensor[]): number[][] {
  const before = { tensors: tf.memory().numTensors, values: xs.map(values) };
  const found = grads(f, xs);
  const result = found.map(values);
  tf.dispose(found);
  assert.equal({ tensors: tf.memory().numTensors, values: xs.map(values) }, before);
  return result;
}

onEveryEngine('autodiff', (test) => {
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

  test('a gradient function may hand its dy through', () => {
    const identity = operation(
      (x) => tf.clone(x),
      (dy) => dy,
    );
    const x = tf.tensor1d([1, 2]);
    assert.equal(
      gradsOf(() => tf.sum(tf.add(identity(x), tf.square(x))), [x]),
      [[3, 5]],
    );
    assert.equal(
      gradsOf(() => tf.add(identity(identity(x)), identity(x)), [x]),
      [[2, 2]],
    );
    x.dispose();
  });

  test('a dy may be the reshape of another', () => {
    const x = tf.tensor2d([[1, 2]]);
    const f = () => tf.add(tf.add(tf.reshape(x, [2]), tf.squeeze(x)), tf.reshape(tf.square(x), [2]));
    assert.equal(gradsOf(f, [x]), [[4, 6]]);
    x.dispose();
  });

  test('a gradient function may give one tensor for two inputs', () => {
    const sum = operation(
      (a, b) => tf.add(a, b),
      (dy) => {
        const both = tf.mul(dy, 1);
        return [both, both];
      },
    );
    const [x, y] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
    assert.equal(
      gradsOf(() => tf.add(sum(x, y), tf.square(x)), [x, y]),
      [
        [3, 5],
        [1, 1],
      ],
    );
    tf.dispose([x, y]);
  });

  test('a gradient function may give what it saved or a tensor of someone else', () => {
    const elsewhere = tf.tensor1d([5, 6]);
    const half = operation(
      (x) => tf.div(tf.square(x), 2),
      (_, [x]) => x as tf.Tensor,
    );
    const constant = operation(
      (x) => tf.clone(x),
      () => elsewhere,
    );
    const x = tf.tensor1d([1, 2]);
    assert.equal(
      gradsOf(() => tf.add(tf.add(half(x), x), constant(x)), [x]),
      [[7, 9]],
    );
    assert.equal(values(elsewhere), [5, 6]);
    tf.dispose([x, elsewhere]);
  });

  test('a dy given is not changed, and a root may be an x', () => {
    const x = tf.tensor1d([1, 2]);
    const dy = tf.tensor1d([10, 20]);
    const found = grads(() => [x, tf.square(x), x], [x], [dy, dy, dy]);
    assert.equal(found.map(values), [[40, 120]]);
    assert.equal(values(dy), [10, 20]);
    tf.dispose([x, dy, ...found]);
  });

  test('an x may be computed from another', () => {
    const x = tf.tensor1d([1, 2]);
    let y = x;
    const { grads: found } = valueAndGrads(() => {
      y = tf.keep(tf.square(x));
      return tf.sum(tf.mul(y, x));
    }, [x]);
    assert.equal(found.map(values), [[3, 12]]);
    const before = tf.memory().numTensors;
    const both = grads(() => tf.add(tf.mul(y, x), y), [x, y]);
    assert.equal(both.map(values), [
      [1, 4],
      [2, 3],
    ]);
    assert.is(tf.memory().numTensors, before + 2);
    tf.dispose([x, y, ...found, ...both]);
  });

  test('gradients of gradients, of tensors that the outer ones do not depend on too', () => {
    const x = tf.tensor1d([1, 2]);
    const a = tf.tensor1d([3, 4]);
    // d/dx of |d/da sum(a^2 x^3)|^2 = d/dx sum(4 a^2 x^6) = 24 a^2 x^5
    const penalty = () => {
      const [da] = grads(() => tf.mul(tf.square(a), tf.pow(x, 3)), [a]) as [tf.Tensor];
      return tf.sum(tf.square(da));
    };
    assert.equal(gradsOf(penalty, [x]), [[216, 12288]]);
    const withTfGrad = () => tf.sum(tf.square(tf.grad((b) => tf.mul(tf.square(b), tf.pow(x, 3)))(a)));
    assert.equal(gradsOf(withTfGrad, [x]), [[216, 12288]]);
    const constant = () => tf.mul(x, tf.grad((b) => tf.square(b))(a));
    assert.equal(gradsOf(constant, [x]), [[6, 8]]);
    tf.dispose([x, a]);
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

  test('gradients of gradients of operations that save their value, which tf.grad gets wrong', () => {
    const x = tf.tensor1d([0, 1]);
    // y'' of the sigmoid is y (1 - y) (1 - 2 y).
    const y = 1 / (1 + Math.exp(-1));
    const [found] = gradsOf(() => grads(() => tf.sigmoid(x), [x])[0] as tf.Tensor, [x]);
    assert.is(found?.[0], 0);
    assert.ok(Math.abs((found?.[1] ?? NaN) - y * (1 - y) * (1 - 2 * y)) < 1e-6);
    x.dispose();
  });

  test('no gradient comes through a comparison or a rounded number', () => {
    const x = tf.tensor1d([1, -2]);
    const f = () => tf.add(tf.where(tf.greater(x, 0), tf.square(x), 0), tf.cast(tf.cast(x, 'int32'), 'float32'));
    assert.equal(gradsOf(f, [x]), [[2, 0]]);
    x.dispose();
  });

  test('a dy must be given for each root, of its shape', () => {
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    assert.throws(
      () => grads(() => tf.square(x), [x], [x, x]),
      /a dy for each value, shaped \[2\], found \[2\], \[2\]/,
    );
    const one = tf.scalar(1);
    assert.throws(() => grads(() => tf.square(x), [x], [one]), /shaped \[2\], found \[\]/);
    one.dispose();
    assert.is(tf.memory().numTensors, before);
  });

  test('gradients cannot be taken where tfjs records nothing', () => {
    const x = tf.tensor1d([1, 2]);
    const nested = operation(
      (a) => tf.add(a, (grads(() => tf.square(a), [a]) as [tf.Tensor])[0]),
      (dy) => dy,
    );
    assert.throws(() => nested(x), /inside the forward function of tf.customGrad/);
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

  test('a missing gradient names the operation and leaves nothing behind', () => {
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const f = () => tf.sum<tf.Scalar>(tf.mul(tf.einsum('i,i->', tf.square(x), x), tf.sigmoid(x)));
    assert.throws(() => valueAndGrads(f, [x]), /Einsum has no gradient/);
    assert.throws(() => grads(f, [x]), /Einsum has no gradient/);
    assert.is(tf.memory().numTensors, before);
  });
});
