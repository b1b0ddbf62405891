import * as tf from '@tensorflow/tfjs-core';

/** What tfjs knows data by. */
export type DataId = object;

/** What both of our backends keep of data at least: how many tensors refer to them. */
export interface CountedEntry {
  refCount: number;
}

/** A tfjs backend's account of its data: which are there and how often they are referred to. */
export abstract class CountedBackend<Entry extends CountedEntry> extends tf.KernelBackend {
  protected readonly data: tf.DataStorage<Entry>;

  constructor() {
    super();
    this.data = new tf.DataStorage<Entry>(this, tf.engine());
  }

  /** Lets go of data that nothing refers to any more. */
  protected abstract release(entry: Entry): void;

  /** Another tensor on the same data. */
  share(x: tf.TensorInfo, shape: number[] = x.shape): tf.TensorInfo {
    this.incRef(x.dataId);
    return { dataId: x.dataId, shape, dtype: x.dtype };
  }

  override refCount(dataId: DataId): number {
    return this.data.has(dataId) ? this.data.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.data.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.data.has(dataId)) this.data.get(dataId).refCount--;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const entry = this.data.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    this.data.delete(dataId);
    this.release(entry);
    return true;
  }

  disposeIntermediateTensorInfo({ dataId }: tf.TensorInfo): void {
    this.disposeData(dataId);
  }

  override numDataIds(): number {
    return this.data.numDataIds();
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
