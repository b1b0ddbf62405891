import { constants } from 'node:buffer';

/**
 * Tensors as files hold them: plain typed arrays in the host's memory, no engine involved.
 * Float16 and bfloat16 have no array type in JavaScript and stay as their 16 bits.
 */

/** What each element type is stored as, by its safetensors name. */
export const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type HostDType = keyof typeof arrayTypes;

/** The array that holds elements of type `D`, over any kind of buffer. */
export type HostData<D extends HostDType = HostDType> = {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}[D];

/** A tensor in row-major order; `shape` is `[]` for a scalar. Telling the `dtype` apart tells the type of `data`. */
export type HostTensor = {
  [D in HostDType]: { readonly dtype: D; readonly shape: readonly number[]; readonly data: HostData<D> };
}[HostDType];

/** The number of elements of a tensor of this shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor of zeros. @throws RangeError where it is larger than Node can hold in one piece */
export function allocate(dtype: HostDType, shape: readonly number[]): HostTensor {
  const bytes = elementCount(shape) * arrayTypes[dtype].BYTES_PER_ELEMENT;
  if (bytes > constants.MAX_LENGTH) {
    const text = `${dtype} of shape [${shape.join(', ')}]`;
    throw new RangeError(`a tensor of ${text} has ${bytes} bytes; this Node holds at most ${constants.MAX_LENGTH}`);
  }
  return { dtype, shape, data: new arrayTypes[dtype](elementCount(shape)) } as HostTensor;
}

/** The tensor's own bytes, without copying them. */
export function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The values as float32: 16-bit floats widened exactly, float64 and integers rounded. */
export function toFloat32(tensor: HostTensor): Float32Array {
  switch (tensor.dtype) {
    case 'F32':
      return tensor.data;
    case 'F16':
      return Float32Array.from(tensor.data, halfToFloat);
    case 'BF16':
      // A bfloat16 is the upper half of a float32.
      return new Float32Array(Uint32Array.from(tensor.data, (bits) => bits << 16).buffer);
    case 'I64':
      return Float32Array.from(tensor.data, Number);
    default:
      return Float32Array.from(tensor.data);
  }
}

/**
 * The values as int32, e.g. timesteps and class labels that PyTorch keeps as int64.
 * @throws RangeError on a value that int32 cannot hold, fractions included.
 */
export function toInt32(tensor: HostTensor): Int32Array {
  if (tensor.dtype === 'I32') return tensor.data;
  const values = tensor.dtype === 'I64' ? Array.from(tensor.data, Number) : Array.from(floatsOrIntegers(tensor));
  return Int32Array.from(values, (value) => {
    if (value !== (value | 0)) throw new RangeError(`${value} of a ${tensor.dtype} tensor is no 32-bit integer`);
    return value;
  });
}

function floatsOrIntegers(tensor: Exclude<HostTensor, { dtype: 'I64' }>): Exclude<HostData, BigInt64Array> {
  return tensor.dtype === 'F16' || tensor.dtype === 'BF16' ? toFloat32(tensor) : tensor.data;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
