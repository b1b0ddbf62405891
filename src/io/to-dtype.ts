import { allocate, toFloat32, type HostTensor } from './host-tensor.js';

/** The types that weights may be kept in. */
export const floatTypes = ['F32', 'F16', 'BF16'] as const;
export type FloatType = (typeof floatTypes)[number];

/** A tensor of floats in another float type, rounded to the nearest, ties to even; integers stay as they are. */
export function toFloatType(tensor: HostTensor, dtype: FloatType): HostTensor {
  if (!isFloat(tensor) || tensor.dtype === dtype) return tensor;
  // Of float64, by way of float32: two roundings, as PyTorch's own conversion to half and bfloat16 has.
  const values = toFloat32(tensor);
  if (dtype === 'F32') return { dtype, shape: tensor.shape, data: values };
  const converted = allocate(dtype, tensor.shape);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const round = dtype === 'F16' ? halfBits : bfloat16Bits;
  const target = converted.data as Uint16Array;
  for (let i = 0; i < bits.length; i++) target[i] = round(bits[i] ?? 0);
  return converted;
}

export function isFloat({ dtype }: Pick<HostTensor, 'dtype'>): boolean {
  return dtype === 'F64' || dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** The upper half of a float32, rounded. */
function bfloat16Bits(bits: number): number {
  const isNaN = (bits & 0x7fffffff) > 0x7f800000;
  if (isNaN) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** IEEE 754 binary16 of the bits of a binary32. */
function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, half way to what would come next, it is infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 the step is 2^-24, whatever the exponent.
  if (magnitude < 0x38800000) return sign | subnormalHalf(magnitude);
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
}

function subnormalHalf(magnitude: number): number {
  const exponent = magnitude >>> 23;
  const shift = 126 - exponent;
  // Less than half of the smallest step.
  if (shift > 24) return 0;
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  const floor = significand >>> shift;
  return floor + Number(rest > half || (rest === half && (floor & 1) === 1));
}
