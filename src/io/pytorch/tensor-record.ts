import type { TensorInfo } from '../tensor-source.js';
import { elementCount } from '../host-tensor.js';
import { PickleError, PickleObject } from './pickle-values.js';
import type { ElementType } from './storage-types.js';

/** Memory that one or more tensors are views of; its bytes lie elsewhere in the file, under its key. */
export class StorageRecord extends PickleObject {
  constructor(
    readonly key: string,
    readonly elements: ElementType,
    /** Elements of the whole storage in the file. */
    readonly count: number,
    /** Where this storage begins in that one, in elements: other than 0 only in files of PyTorch before 0.4. */
    readonly viewOffset = 0,
    readonly viewCount = count,
  ) {
    super();
  }

  override get description(): string {
    return `a storage of ${this.count} ${this.elements.name}`;
  }
}

/** PyTorch's own limit. */
const MAX_RANK = 64;

/** How far a tensor whose elements share memory, made by `expand`, may grow beyond what the file holds. */
const MAX_EXPANDED = 2 ** 24;

/** A tensor as its pickle describes it, in elements of its storage. */
export class TensorRecord extends PickleObject {
  constructor(
    readonly storage: StorageRecord,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
    /** Said by newer files whose storages are untyped. */
    readonly elements: ElementType = storage.elements,
  ) {
    super();
  }

  override get description(): string {
    return `a tensor of shape [${this.shape.join(', ')}]`;
  }

  /** The elements from the first to the last one, ends included, that lie in the storage; 0 for an empty tensor. */
  get span(): number {
    if (this.shape.includes(0)) return 0;
    return 1 + this.shape.reduce((sum, size, axis) => sum + (size - 1) * (this.strides[axis] ?? 0), 0);
  }

  /** Whether it lies in its storage in row-major order, without gaps. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const size = this.shape[axis] ?? 0;
      if (size === 0) return true;
      if (size > 1 && this.strides[axis] !== expected) return false;
      expected *= size;
    }
    return true;
  }

  /** What a reader may be told of it. @throws PickleError where it is no tensor that can be read here */
  info(): TensorInfo {
    const { shape, strides, offset, elements, storage } = this;
    if (elements.dtype === undefined) {
      throw new PickleError(
        `its dtype ${elements.name} is not supported`,
        'convert it in PyTorch, or leave it out there, and save again',
      );
    }
    const text = `shape [${shape.join(', ')}] and strides [${strides.join(', ')}]`;
    if (shape.length !== strides.length || shape.length > MAX_RANK) throw new PickleError(`it has ${text}`);
    const count = elementCount(shape);
    // Counted in this tensor's own elements: an untyped storage counts bytes.
    const available = Math.floor((storage.viewCount * storage.elements.bytes) / elements.bytes);
    if (!Number.isSafeInteger(count) || !Number.isSafeInteger(this.span)) throw new PickleError(`it has ${text}`);
    if (this.span > 0 && offset + this.span > available) {
      throw new PickleError(`it has ${text} from element ${offset} on, but its storage only ${available} elements`);
    }
    if (count > Math.max(available, MAX_EXPANDED)) {
      throw new PickleError(`it has ${text}: ${count} elements made of only ${available}`);
    }
    return { dtype: elements.dtype, shape };
  }
}
