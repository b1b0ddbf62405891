import * as tf from '@tensorflow/tfjs-core';
import { createHash } from 'node:crypto';
import { bytesOf } from '../io/host-tensor.js';
import type { CachedTensor, TensorCache } from '../io/tensor-cache.js';
import type { FirstStage, LatentCoder, LatentDistribution } from './first-stage.js';

/** Raised when records of old would be misread. */
const VERSION = 1;

/**
 * A first stage that encodes no image twice: what it makes of each is kept in a cache, under a key of the first stage's
 * weights and the image's own values. Another weight or another value is another key, so nothing outdated is ever found;
 * of random crops nothing ever is. Where a first stage encodes to distributions, these are kept, not draws from them.
 */
export class CachingFirstStage implements LatentCoder {
  readonly #firstStage: FirstStage;
  readonly #openCache: () => TensorCache;
  #cache: TensorCache | undefined;
  /** Of the weights; made at the first image, when they are loaded. */
  #fingerprint: Buffer | undefined;
  #found = 0;
  #encoded = 0;

  /** @param openCache called for the first image: a model that encodes none leaves no cache behind */
  constructor(firstStage: FirstStage, openCache: () => TensorCache) {
    this.#firstStage = firstStage;
    this.#openCache = openCache;
  }

  get quantize(): LatentCoder['quantize'] {
    return this.#firstStage.quantize;
  }

  /** Images found in the cache and images encoded since this was asked last. */
  takeCounts(): { found: number; encoded: number } {
    const counts = { found: this.#found, encoded: this.#encoded };
    this.#found = 0;
    this.#encoded = 0;
    return counts;
  }

  /**
   * As the first stage encodes, without gradients.
   * @param x `[N, H, W, C]` in [-1, 1]
   * @throws FileError where the cache cannot be written
   */
  encode(x: tf.Tensor4D): tf.Tensor4D | LatentDistribution {
    const cache = (this.#cache ??= this.#openCache());
    const keys = this.#keysOf(x);
    const known = keys.map((key) => cache.get(key));
    const missing = known.flatMap((tensor, i) => (tensor ? [] : [i]));
    this.#found += known.length - missing.length;
    this.#encoded += missing.length;
    const isWhole = missing.length === keys.length;
    const encoded = tf.tidy(() => {
      if (missing.length === 0) return joined(known as CachedTensor[]);
      const fresh = this.#parametersOf(isWhole ? x : tf.gather(x, missing));
      const tensors = separated(fresh);
      missing.forEach((image, i) => {
        const key = keys[image];
        const tensor = tensors[i];
        if (!key || !tensor) return;
        cache.put(key, tensor);
        known[image] = tensor;
      });
      return isWhole ? fresh : joined(known as CachedTensor[]);
    });
    const distribution = this.#firstStage.posterior?.(encoded);
    if (!distribution) return encoded;
    encoded.dispose();
    return distribution;
  }

  decode(...parameters: Parameters<LatentCoder['decode']>): tf.Tensor4D {
    return this.#firstStage.decode(...parameters);
  }

  /** Waits until what was encoded is on the disk. @throws FileError where it could not be written */
  async flush(): Promise<void> {
    await this.#cache?.flush();
  }

  #parametersOf(x: tf.Tensor4D): tf.Tensor4D {
    const encoded = this.#firstStage.encode(x);
    return encoded instanceof tf.Tensor ? encoded : encoded.parameters();
  }

  #keysOf(x: tf.Tensor4D): Buffer[] {
    const [count, ...shape] = x.shape;
    const values = x.dataSync<'float32'>();
    const size = values.length / count;
    this.#fingerprint ??= fingerprintOf(this.#firstStage);
    const prefix = Buffer.concat([this.#fingerprint, Buffer.from(Int32Array.from(shape).buffer)]);
    return Array.from({ length: count }, (_, i) => {
      const image = values.subarray(i * size, (i + 1) * size);
      const bytes = new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
      return createHash('sha256').update(prefix).update(bytes).digest();
    });
  }
}

/** Of all that decides what an image is encoded to. */
function fingerprintOf(firstStage: FirstStage): Buffer {
  const hash = createHash('sha256').update(`${VERSION} ${firstStage.constructor.name}`);
  for (const [name, tensor] of firstStage.stateDict()) {
    hash.update(`${name} ${tensor.dtype} ${tensor.shape.join()};`).update(bytesOf(tensor));
  }
  return hash.digest();
}

function joined(tensors: readonly CachedTensor[]): tf.Tensor4D {
  return tf.stack(tensors.map(({ data, shape }) => tf.tensor(data, [...shape]))) as tf.Tensor4D;
}

function separated(batch: tf.Tensor4D): CachedTensor[] {
  const [count, ...shape] = batch.shape;
  const values = batch.dataSync<'float32'>();
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => ({ shape, data: values.slice(i * size, (i + 1) * size) }));
}
