import * as tf from '@tensorflow/tfjs-core';
import type { Addon, Id, NativeDtype, NativeValues } from './addon/index.js';
import { CountedBackend, type CountedEntry, type DataId } from './counted-backend.js';
import { engineError } from './engine-error.js';

type BackendValues = tf.backend_util.BackendValues;

interface NativeEntry extends CountedEntry {
  readonly kind: 'native';
  readonly dtype: NativeDtype;
  readonly shape: readonly number[];
  readonly id: Id;
  /** The same memory under other shapes: a reshape shares its input's data, the addon's tensors have one shape each. */
  readonly views: Map<string, Id>;
}

interface ComplexEntry extends CountedEntry {
  readonly kind: 'complex';
  readonly real: tf.TensorInfo;
  readonly imag: tf.TensorInfo;
}

interface StringEntry extends CountedEntry {
  readonly kind: 'string';
  readonly values: Uint8Array[];
}

type Entry = NativeEntry | ComplexEntry | StringEntry;

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The typed array the addon takes for `dtype`; converts as storing each value in it would. */
function nativeValues(values: BackendValues, dtype: NativeDtype): NativeValues {
  const Values = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  // Tests across realms and buffers of another kind both end in a copy, which the addon makes anyway.
  return values instanceof Values ? values : Values.from(values as ArrayLike<number>);
}

/**
 * tfjs's backend over the native addon: keeps which data lies where and how often it is referred to. It computes
 * nothing; kernels/ does. Numbers live in native tensors, strings in JavaScript, complex numbers as two tensors.
 */
export class TorchBackend extends CountedBackend<Entry> {
  constructor(readonly addon: Addon) {
    super();
  }

  /** The native tensor of a tensor, in the tensor's own shape. */
  id({ dataId, shape, dtype }: tf.TensorInfo): Id {
    const entry = this.data.get(dataId);
    if (entry.kind !== 'native') throw new Error(`A ${dtype} tensor has no native form`);
    if (sameShape(entry.shape, shape)) return entry.id;
    const key = shape.join();
    let view = entry.views.get(key);
    if (view === undefined) {
      view = this.addon.view(entry.id, shape);
      entry.views.set(key, view);
    }
    return view;
  }

  /** A tensor for a native tensor, which it owns from now on. */
  tensor(id: Id, shape: readonly number[], dtype: NativeDtype): tf.TensorInfo {
    const dataId = {};
    this.data.set(dataId, { kind: 'native', dtype, shape, id, views: new Map(), refCount: 1 });
    return { dataId, shape: [...shape], dtype };
  }

  /** A tensor with a copy of the data. */
  copy(x: tf.TensorInfo): tf.TensorInfo {
    return this.tensor(this.addon.copy(this.id(x)), x.shape, x.dtype as NativeDtype);
  }

  /** A complex tensor of copies of two real ones. */
  complex(real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
    return this.joined(this.copy(real), this.copy(imag));
  }

  /** A complex tensor of two real ones, which it owns from now on. */
  joined(real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
    const dataId = {};
    this.data.set(dataId, { kind: 'complex', real, imag, refCount: 1 });
    return { dataId, shape: real.shape, dtype: 'complex64' };
  }

  /** The real and the imaginary part of a complex tensor, still owned by it. */
  parts({ dataId, shape }: tf.TensorInfo): { real: tf.TensorInfo; imag: tf.TensorInfo } {
    const entry = this.data.get(dataId);
    if (entry.kind !== 'complex') throw new Error('Only a complex64 tensor has a real and an imaginary part');
    return { real: { ...entry.real, shape }, imag: { ...entry.imag, shape } };
  }

  override write(values: BackendValues, shape: number[], dtype: tf.DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    this.data.set(dataId, this.#entry(values, shape, dtype, refCount));
  }

  #entry(values: BackendValues, shape: number[], dtype: tf.DataType, refCount: number): Entry {
    if (dtype === 'string') return { kind: 'string', values: values as Uint8Array[], refCount };
    if (dtype === 'complex64') {
      const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
      const part = (numbers: Float32Array): tf.TensorInfo => ({
        dataId: this.write(numbers, shape, 'float32'),
        shape,
        dtype: 'float32',
      });
      return { kind: 'complex', real: part(real), imag: part(imag), refCount };
    }
    const id = this.#named('a new tensor', { shape, dtype }, () =>
      this.addon.write(nativeValues(values, dtype), shape, dtype),
    );
    return { kind: 'native', dtype, shape: [...shape], id, views: new Map(), refCount };
  }

  override readSync(dataId: DataId): BackendValues {
    const entry = this.data.get(dataId);
    if (entry.kind === 'native') {
      const { dtype, id } = entry;
      return this.#named('the values of a tensor', { shape: [...entry.shape], dtype }, () => this.addon.read(id));
    }
    if (entry.kind === 'string') return entry.values;
    const real = this.readSync(entry.real.dataId) as Float32Array;
    const imag = this.readSync(entry.imag.dataId) as Float32Array;
    return tf.backend_util.mergeRealAndImagArrays(real, imag);
  }

  /** Runs what may fail outside of kernels. */
  #named<T>(operation: string, tensor: { shape: number[]; dtype: tf.DataType }, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw engineError(error, { operation, inputs: [tensor] }, this.addon);
    }
  }

  override read(dataId: DataId): Promise<BackendValues> {
    return new Promise((resolve) => {
      resolve(this.readSync(dataId));
    });
  }

  protected override release(entry: Entry): void {
    if (entry.kind === 'native') {
      this.addon.dispose(entry.id);
      for (const view of entry.views.values()) this.addon.dispose(view);
    } else if (entry.kind === 'complex') {
      this.disposeData(entry.real.dataId);
      this.disposeData(entry.imag.dataId);
    }
  }

  override memory(): { unreliable: boolean; numNativeTensors: number; numNativeBytes: number } {
    const { tensors, bytes } = this.addon.memory();
    return { unreliable: false, numNativeTensors: tensors, numNativeBytes: bytes };
  }

  override timerAvailable(): boolean {
    return true;
  }

  override time(f: () => void): Promise<{ kernelMs: number }> {
    const start = tf.util.now();
    f();
    return Promise.resolve({ kernelMs: tf.util.now() - start });
  }
}
