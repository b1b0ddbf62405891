import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { toFloat32, type HostTensor } from './host-tensor.js';
import { toFloatType } from './to-dtype.js';

const floats = (...values: number[]): HostTensor => ({
  dtype: 'F32',
  shape: [values.length],
  data: Float32Array.from(values),
});

test('float16: ties go to even, steps shrink to 2^-24, and what is too large is infinity', () => {
  const cases: [value: number, bits: number][] = [
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -25, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [2 ** -25 + 2 ** -40, 0x0001],
    [3 * 2 ** -25, 0x0002],
    [2 ** -30, 0x0000],
    [NaN, 0x7e00],
  ];
  const converted = toFloatType(floats(...cases.map(([value]) => value)), 'F16');
  assert.equal(
    [...converted.data],
    cases.map(([, bits]) => bits),
  );
});

test('bfloat16: the upper half of a float32, ties to even', () => {
  const converted = toFloatType(floats(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -Infinity, NaN), 'BF16');
  assert.equal([...converted.data], [0x3f80, 0x3f80, 0x3f82, 0x7f80, 0xff80, 0x7fc0]);
});

test('every float16 and bfloat16 survives the way through float32', () => {
  const all = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);
  for (const dtype of ['F16', 'BF16'] as const) {
    const tensor: HostTensor = { dtype, shape: [all.length], data: all };
    const there = toFloatType(tensor, 'F32');
    const back = toFloatType(there, dtype);
    const values = toFloat32(tensor);
    assert.ok(
      all.every((bits, i) => back.data[i] === bits || Number.isNaN(values[i])),
      dtype,
    );
  }
});

test('integers and what is of the type already stay as they are', () => {
  const integers: HostTensor = { dtype: 'I64', shape: [1], data: BigInt64Array.of(7n) };
  assert.is(toFloatType(integers, 'F16'), integers);
  const half: HostTensor = { dtype: 'F16', shape: [1], data: Uint16Array.of(1) };
  assert.is(toFloatType(half, 'F16'), half);
  const double: HostTensor = { dtype: 'F64', shape: [], data: Float64Array.of(0.1) };
  assert.equal(toFloatType(double, 'F32').data, Float32Array.of(0.1));
});

test.run();
