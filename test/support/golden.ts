import { fileURLToPath } from 'node:url';
import { toFloat32, toInt32, type HostTensor } from '../../src/io/host-tensor.js';
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

/** @param folder of test/fixtures */
export function readGolden(name: string, folder = 'golden'): Golden {
  const path = fileURLToPath(new URL(`../fixtures/${folder}/${name}.safetensors`, import.meta.url));
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

/** The weights that every golden case was computed with. */
export { hashFill } from '../../src/cli/bench/hash-fill.js';

/** The elements that golden files keep of a gradient: all of up to 256, or `most`, else as many at equal distances. */
export function sampleGradient(values: Float32Array, most = 256): Float32Array {
  if (values.length <= most) return values;
  const step = Math.floor(values.length / most);
  return Float32Array.from({ length: most }, (_, i) => values[i * step] ?? 0);
}
