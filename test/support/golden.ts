import { crc32 } from '@node-rs/crc32';
import { fileURLToPath } from 'node:url';
import { elementCount, toFloat32, toInt32, type HostTensor } from '../../src/io/host-tensor.js';
import { readSafetensors } from '../../src/io/safetensors.js';

/** One case computed by the published PyTorch code, see test/fixtures/golden/README.md. PyTorch layout throughout. */
export interface Golden {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** The component's published target name, where the case is about one. */
  readonly target: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  /** Everything the file says about itself, as text. */
  readonly metadata: Readonly<Record<string, string>>;
  /** A tensor that must be there. */
  get: (name: string) => HostTensor;
  floats: (name: string) => Float32Array;
  ints: (name: string) => Int32Array;
}

export function readGolden(name: string): Golden {
  const path = fileURLToPath(new URL(`../fixtures/golden/${name}.safetensors`, import.meta.url));
  const { tensors, metadata } = readSafetensors(path);
  const get = (key: string): HostTensor => {
    const tensor = tensors.get(key);
    if (!tensor) throw new Error(`${name} has no tensor '${key}'; it has ${[...tensors.keys()].join(', ')}`);
    return tensor;
  };
  return {
    tensors,
    target: metadata.target,
    params: JSON.parse(metadata.params ?? '{}') as Record<string, unknown>,
    metadata,
    get,
    floats: (key) => toFloat32(get(key)),
    ints: (key) => toInt32(get(key)),
  };
}

/**
 * The weights that every golden case was computed with: a pure function of the parameter's state_dict name and its
 * shape in PyTorch layout.
 */
export function hashFill(name: string, shape: readonly number[]): Float32Array {
  const count = elementCount(shape);
  const start = crc32(name);
  const values = new Float32Array(count);
  const scale = Math.fround(shape.length >= 2 ? Math.sqrt(3 / (count / (shape[0] ?? 1))) : 0.1);
  const offset = shape.length === 1 && name.endsWith('.weight') ? 1 : 0;
  for (let i = 0; i < count; i++) {
    const u = Math.fround(mix(i + start) / 2 ** 31 - 1);
    values[i] = offset + Math.fround(u * scale);
  }
  return values;
}

/** The elements that golden files keep of a gradient: all of up to 256, else 256 at equal distances. */
export function sampleGradient(values: Float32Array): Float32Array {
  if (values.length <= 256) return values;
  const step = Math.floor(values.length / 256);
  return Float32Array.from({ length: 256 }, (_, i) => values[i * step] ?? 0);
}

/** Murmur3's 32-bit finalizer. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
