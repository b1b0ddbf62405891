import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { bytesOf, toFloat32, toInt32 } from './host-tensor.js';

test('widens float16: zeros, subnormals, normals, infinities, NaN', () => {
  const data = Uint16Array.of(0x0000, 0x8000, 0x0001, 0x3c00, 0xc000, 0x7bff, 0x3555, 0x7c00, 0xfc00, 0x7e00);
  const values = toFloat32({ dtype: 'F16', shape: [10], data });
  assert.equal([...values], [0, -0, 2 ** -24, 1, -2, 65504, 0.333251953125, Infinity, -Infinity, NaN]);
});

test('widens bfloat16, which is the upper half of a float32', () => {
  const data = Uint16Array.of(0x0000, 0x3f80, 0xc000, 0x3eab, 0x7f80);
  assert.equal([...toFloat32({ dtype: 'BF16', shape: [5], data })], [0, 1, -2, 0.333984375, Infinity]);
});

test('gives float32 back as it is and rounds float64 and int64', () => {
  const data = Float32Array.of(1, 2);
  assert.is(toFloat32({ dtype: 'F32', shape: [2], data }), data);
  assert.equal([...toFloat32({ dtype: 'F64', shape: [], data: Float64Array.of(0.1) })], [Math.fround(0.1)]);
  assert.equal([...toFloat32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(-7n) })], [-7]);
});

test('gives whole numbers as int32 and refuses those it cannot hold', () => {
  assert.equal([...toInt32({ dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 999n) })], [-1, 999]);
  assert.equal([...toInt32({ dtype: 'F16', shape: [1], data: Uint16Array.of(0xc000) })], [-2]);
  assert.throws(() => toInt32({ dtype: 'I64', shape: [1], data: BigInt64Array.of(2n ** 31n) }), /2147483648 of a I64/);
  assert.throws(() => toInt32({ dtype: 'F32', shape: [1], data: Float32Array.of(0.5) }), /0\.5 of a F32/);
});

test('views the bytes of a part of a buffer', () => {
  const data = new Uint16Array(Uint16Array.of(1, 2, 3).buffer, 2, 1);
  assert.equal([...bytesOf({ dtype: 'F16', shape: [1], data })], [2, 0]);
});

test.run();
