import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { loadAddon } from './addon/index.js';
import { numbers, runSuites, torchSuite } from './testing.js';
import { TorchBackend } from './torch-backend.js';

const test = await torchSuite('torch backend');

function backend(): TorchBackend {
  const current = tf.backend();
  if (!(current instanceof TorchBackend)) throw new Error('not on the torch engine');
  return current;
}
const live = (): number => loadAddon().memory().tensors;

test('data is copied when it is written and when it is read', () => {
  const source = new Float32Array([1, 2, 3]);
  const x = tf.tensor1d(source);
  source[0] = 9;
  const read = x.dataSync();
  read[1] = 9;
  assert.equal(Array.from(x.dataSync()), [1, 2, 3]);
  x.dispose();
});

test('each dtype comes back as it was', async () => {
  const tensors = {
    float32: tf.tensor1d([1.5, -2, NaN]),
    int32: tf.tensor1d([1, -2, 2147483647], 'int32'),
    bool: tf.tensor1d([true, false], 'bool'),
    string: tf.tensor1d(['a', 'ü'], 'string'),
    complex64: tf.complex([1, 2], [3, 4]),
    empty: tf.zeros([0, 3]),
    scalar: tf.scalar(7),
  };
  assert.equal(Array.from(await tensors.float32.data()), [1.5, -2, NaN]);
  assert.instance(tensors.int32.dataSync(), Int32Array);
  assert.equal(Array.from(tensors.int32.dataSync()), [1, -2, 2147483647]);
  assert.equal(tensors.bool.dataSync(), new Uint8Array([1, 0]));
  assert.equal(tensors.string.arraySync(), ['a', 'ü']);
  assert.equal(Array.from(tensors.complex64.dataSync()), [1, 3, 2, 4]);
  assert.is(tensors.empty.dataSync().length, 0);
  assert.equal(Array.from(tensors.scalar.dataSync()), [7]);
  tf.dispose(tensors);
});

test('a view into a larger buffer is written from its own offset', () => {
  const x = tf.tensor1d(new Float32Array([0, 1, 2, 3]).subarray(2));
  assert.equal(Array.from(x.dataSync()), [2, 3]);
  x.dispose();
});

test('reshapes share data, which is freed with the last of them', () => {
  const before = { native: live(), ids: backend().numDataIds() };
  const x = numbers([2, 6]);
  const y = tf.reshape(x, [3, 4]);
  assert.is(backend().numDataIds(), before.ids + 1);
  assert.is(backend().refCount(x.dataId), 2);
  const z = tf.add(y, numbers([4], 2));
  x.dispose();
  assert.is(y.dataSync().length, 12);
  tf.dispose([y, z]);
  tf.disposeVariables();
  assert.is(backend().refCount(y.dataId), 0);
  assert.ok(live() >= before.native);
});

test('nothing is left after work, a complex tensor’s parts included', () => {
  const before = { native: live(), ids: backend().numDataIds(), tensors: tf.memory().numTensors };
  tf.tidy(() => {
    const z = tf.complex(numbers([4]), numbers([4], 2));
    tf.real(tf.spectral.fft(z));
    tf.concat([tf.tensor1d(['a'], 'string'), tf.tensor1d(['b'], 'string')]);
    const grads = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'));
    grads([numbers([1, 6, 6, 2]), numbers([3, 3, 2, 4])]);
  });
  assert.equal({ native: live(), ids: backend().numDataIds(), tensors: tf.memory().numTensors }, before);
});

test('memory reports what LibTorch holds', () => {
  const before = tf.memory() as unknown as { numNativeBytes: number };
  const x = tf.zeros([1000]);
  const y = tf.reshape(x, [10, 100]);
  tf.add(y, 1).dispose();
  const after = tf.memory() as unknown as { numNativeBytes: number };
  assert.is(after.numNativeBytes - before.numNativeBytes, 4000);
  tf.dispose([x, y]);
});

test('memory of dropped tensors is kept for the next ones, within bounds', () => {
  const addon = loadAddon();
  const megabytes = (count: number): number => addon.fill([count, 2 ** 18], 0, 'float32');
  addon.dispose(megabytes(10));
  const pooled = addon.memory().pooled;
  assert.ok(pooled >= 10 * 2 ** 20);
  const again = megabytes(10);
  assert.is(addon.memory().pooled, pooled - 10 * 2 ** 20);
  addon.dispose(again);
  for (let size = 1; size <= 100; size++) addon.dispose(megabytes(size));
  assert.ok(addon.memory().pooled <= 1.25 * 112 * 2 ** 20 + 2 ** 26);
});

test('tensors follow a switch of backends', async () => {
  const x = numbers([2, 3]);
  const expected = Array.from(x.dataSync());
  const z = tf.complex([1, 2], [3, 4]);
  const text = tf.tensor1d(['a'], 'string');
  await tf.setBackend('cpu');
  const doubled = tf.add(x, x);
  assert.equal(
    Array.from(doubled.dataSync(), (value) => value / 2),
    expected,
  );
  await tf.setBackend('torch');
  assert.equal(Array.from(tf.sub(doubled, x).dataSync()), expected);
  assert.equal(Array.from(tf.imag(z).dataSync()), [3, 4]);
  assert.equal(text.arraySync(), ['a']);
  tf.dispose([x, z, text, doubled]);
});

test('kernels can be timed', async () => {
  const { kernelMs } = await tf.time(() => {
    tf.dispose(tf.matMul(numbers([64, 64]), numbers([64, 64])));
  });
  assert.type(kernelMs, 'number');
  assert.is(backend().floatPrecision(), 32);
  assert.is(tf.backend().epsilon(), 1e-7);
});

runSuites();
