import * as tf from '@tensorflow/tfjs-core';

type DataId = object;

interface Entry {
  readonly bytes: number;
  /** The part that made it. */
  readonly part: string;
  refCount: number;
}

/**
 * tfjs's backend of shapes without numbers, as PyTorch's device `meta`: tensors have a shape and a dtype and take no
 * memory, kernels say what comes out of them and add up what it would cost. Costs belong to the part that is named at the
 * time, see `within`.
 */
export class MetaBackend extends tf.KernelBackend {
  readonly #data: tf.DataStorage<Entry>;
  readonly #live = new Set<Entry>();
  #multiplyAdds = new Map<string, number>();
  #part = '';

  constructor() {
    super();
    this.#data = new tf.DataStorage<Entry>(this, tf.engine());
  }

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

  /** Another tensor on the same data. */
  share(x: tf.TensorInfo, shape: number[] = x.shape): tf.TensorInfo {
    this.incRef(x.dataId);
    return { dataId: x.dataId, shape, dtype: x.dtype };
  }

  #add(dataId: DataId, shape: readonly number[], dtype: tf.DataType, refCount: number): void {
    const bytes = tf.util.sizeFromShape([...shape]) * (dtype === 'string' ? 0 : tf.util.bytesPerElement(dtype));
    const entry = { bytes, part: this.#part, refCount };
    this.#live.add(entry);
    this.#data.set(dataId, entry);
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

  override refCount(dataId: DataId): number {
    return this.#data.has(dataId) ? this.#data.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.#data.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.#data.has(dataId)) this.#data.get(dataId).refCount--;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const entry = this.#data.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    this.#data.delete(dataId);
    this.#live.delete(entry);
    return true;
  }

  disposeIntermediateTensorInfo({ dataId }: tf.TensorInfo): void {
    this.disposeData(dataId);
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return false;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  /** Leaves the data to `disposeData`: tensors may outlive a switch of backends. */
  override dispose(): void {
    return;
  }
}
