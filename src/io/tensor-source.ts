import { bytesOf, elementCount, type HostDType, type HostTensor } from './host-tensor.js';

/** What is known of a tensor before its values are read. */
export interface TensorInfo {
  readonly dtype: HostDType;
  readonly shape: readonly number[];
}

/**
 * Tensors by name, whose values are read when they are asked for, so that a file of any size can go through memory one
 * tensor at a time.
 */
export interface TensorSource {
  /** In the source's own order. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /**
   * A tensor in memory of its own.
   * @throws FileError where its data turn out to be damaged; RangeError on a name that is not among `tensors`.
   */
  readonly read: (name: string) => HostTensor;
}

/** Tensors that are in memory already, as a source. */
export function inMemory(tensors: ReadonlyMap<string, HostTensor>): TensorSource {
  return { tensors, read: (name) => found(tensors, name) };
}

/** All tensors of a source at once. */
export function readAll({ tensors, read }: TensorSource): Map<string, HostTensor> {
  return new Map([...tensors.keys()].map((name) => [name, read(name)]));
}

/** Those whose names begin so, under the rest of their names. */
export function sourceBelow({ tensors, read }: TensorSource, prefix: string): TensorSource {
  const below = [...tensors].filter(([name]) => name.startsWith(prefix));
  return {
    tensors: new Map(below.map(([name, info]) => [name.slice(prefix.length), info])),
    read: (name) => read(prefix + name),
  };
}

/** Those of these names alone. */
export function sourceOf({ tensors, read }: TensorSource, names: Iterable<string>): TensorSource {
  return { tensors: new Map([...names].map((name) => [name, found(tensors, name)])), read };
}

/** Either form as a source. */
export function toSource(tensors: ReadonlyMap<string, HostTensor> | TensorSource): TensorSource {
  return 'read' in tensors ? tensors : inMemory(tensors);
}

/** The entry of that name. @throws RangeError where there is none */
export function found<T>(entries: ReadonlyMap<string, T>, name: string): T {
  const entry = entries.get(name);
  if (entry === undefined) throw new RangeError(`there is no tensor '${name}'`);
  return entry;
}

/** The bytes of a tensor that is to be written. @throws RangeError where it has not as many values as its shape says */
export function filledBytes(source: TensorSource, name: string): Uint8Array {
  const tensor = source.read(name);
  if (tensor.data.length !== elementCount(tensor.shape)) {
    const shape = tensor.shape.join(', ');
    throw new RangeError(`cannot write tensor '${name}': ${tensor.data.length} values for shape [${shape}]`);
  }
  return bytesOf(tensor);
}
