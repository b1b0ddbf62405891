import * as tf from '@tensorflow/tfjs-core';
import { CountedBackend, type CountedEntry, type DataId } from '../counted-backend.js';

interface Entry extends CountedEntry {
  readonly bytes: number;
  /** The part that made it. */
  readonly part: string;
}

/**
 * tfjs's backend of shapes without numbers, as PyTorch's device `meta`: tensors have a shape and a dtype and take no
 * memory, kernels say what comes out of them and add up what it would cost. Costs belong to the part that is named at the
 * time, see `within`.
 */
export class MetaBackend extends CountedBackend<Entry> {
  readonly #live = new Set<Entry>();
  #multiplyAdds = new Map<string, number>();
  #part = '';

  /** Runs `f`, whose costs, but those of parts named inside, belong to `part`. */
  within<T>(part: string, f: () => T): T {
    const outer = this.#part;
    this.#part = part;
    try {
      return f();
    } finally {
      this.#part = outer;
    }
  }

  countMultiplyAdds(count: number): void {
    this.#multiplyAdds.set(this.#part, (this.#multiplyAdds.get(this.#part) ?? 0) + count);
  }

  /** The multiply-adds of each part since the last call of this. */
  takeMultiplyAdds(): ReadonlyMap<string, number> {
    const taken = this.#multiplyAdds;
    this.#multiplyAdds = new Map();
    return taken;
  }

  /** What each part has made and is still there, in bytes. */
  liveBytes(): Map<string, number> {
    const bytes = new Map<string, number>();
    for (const { part, bytes: size } of this.#live) bytes.set(part, (bytes.get(part) ?? 0) + size);
    return bytes;
  }

  /** A new tensor. */
  tensor(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo {
    const dataId = {};
    this.#add(dataId, shape, dtype, 1);
    return { dataId, shape: [...shape], dtype };
  }

  #add(dataId: DataId, shape: readonly number[], dtype: tf.DataType, refCount: number): void {
    const bytes = tf.util.sizeFromShape([...shape]) * (dtype === 'string' ? 0 : tf.util.bytesPerElement(dtype));
    const entry = { bytes, part: this.#part, refCount };
    this.#live.add(entry);
    this.data.set(dataId, entry);
  }

  /** Takes the shape and leaves the values. */
  override write(_: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    return this.tensor(shape, dtype).dataId;
  }

  override move(
    dataId: DataId,
    _: tf.backend_util.BackendValues,
    shape: number[],
    dtype: tf.DataType,
    refCount: number,
  ): void {
    this.#add(dataId, shape, dtype, refCount);
  }

  /** @throws Error always */
  override readSync(): never {
    throw new Error('a tensor of the meta backend has a shape and no values to read');
  }

  override read(): Promise<never> {
    return new Promise(() => this.readSync());
  }

  protected override release(entry: Entry): void {
    this.#live.delete(entry);
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return false;
  }
}
