import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { arrayAt } from '../../test/support/batches.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import type { HostArray } from './dataset.js';
import { Mnist } from './mnist.js';

/** An IDX file of bytes. */
function idx(shape: readonly number[], data: readonly number[]): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x800 | shape.length);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return Buffer.concat([header, Buffer.from(data)]);
}

test('the packaged MNIST is there in full', () => {
  assert.is(new Mnist().length, 60000);
  assert.is(new Mnist({ split: 'test' }).length, 10000);
});

test('gives images NHWC in [-1, 1] on a padded background, with their labels', async () => {
  const batch = await new Mnist().batch(Uint32Array.of(0, 59999, 0));
  const { class_label: labels } = batch;
  const image = arrayAt(batch, 'image');
  assert.equal(Object.keys(batch), ['image', 'class_label']);
  assert.equal(image.shape, [3, 32, 32, 1]);
  // The first training image of MNIST is a 5, the last one an 8.
  assert.equal(labels, { shape: [3], data: Int32Array.of(5, 8, 5) });
  const first = image.data.subarray(0, 1024);
  assert.equal(image.data.subarray(2048), first);
  assert.is(Math.min(...first), -1);
  assert.is(Math.max(...first), 1);
  // Its first stroke begins in row 5 at column 12 with the bytes 3, 18, 18; two pixels are padded.
  const at = (y: number, x: number): number => first[(y + 2) * 32 + x + 2] ?? NaN;
  assert.equal(
    [at(5, 11), at(5, 12), at(5, 13)],
    [-1, 3, 18].map((byte) => (byte < 0 ? -1 : Math.fround(byte / 127.5 - 1))),
  );
  for (let i = 0; i < 32; i++) {
    for (const border of [i, 32 + i, 31 * 32 + i, i * 32, i * 32 + 1, i * 32 + 31]) assert.is(first[border], -1);
  }
});

test('image_size and limit', async () => {
  const mnist = new Mnist({ image_size: 28, limit: 10, split: 'test' });
  assert.is(mnist.length, 10);
  const { image, class_label: labels } = await mnist.batch(Uint32Array.of(0, 1, 2, 3, 4));
  assert.equal(image.shape, [5, 28, 28, 1]);
  assert.equal([...labels.data], [7, 2, 1, 0, 4]);
  assert.is(new Mnist({ split: 'test', limit: 20000 }).length, 10000);
});

test('an index beyond the limit is refused', async () => {
  const mnist = new Mnist({ limit: 10, split: 'test' });
  const error = await mnist.batch(Uint32Array.of(10)).catch((cause: unknown) => cause);
  assert.is((error as Error).message, 'Mnist: index 10 of 10 images');
});

test('reads a folder of the user’s, gzipped and in torchvision’s place', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'MNIST/raw'), { recursive: true });
  writeFileSync(join(root, 'MNIST/raw/t10k-images-idx3-ubyte.gz'), gzipSync(idx([2, 1, 2], [0, 255, 51, 204])));
  writeFileSync(join(root, 'MNIST/raw/t10k-labels-idx1-ubyte'), idx([2], [3, 1]));
  const batch = await new Mnist({ root, split: 'test', image_size: 28 }).batch(Uint32Array.of(1));
  const values = [...arrayAt(batch, 'image').data];
  assert.equal(values.slice(13 * 28 + 12, 13 * 28 + 16), [-1, 51 / 127.5 - 1, 204 / 127.5 - 1, -1].map(Math.fround));
});

test('Fashion-MNIST is the same in a folder of its own; a missing file is told with its size and sum', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'FashionMNIST/raw'), { recursive: true });
  writeFileSync(
    join(root, 'FashionMNIST/raw/train-images-idx3-ubyte.gz'),
    gzipSync(idx([1, 28, 28], Array<number>(784).fill(9))),
  );
  const open = () => openDataset('FashionMNIST', { root });
  assert.is(
    await rejection(open()),
    `${root}: has no file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz\n` +
      '  expected:     train-labels-idx1-ubyte.gz of FashionMNIST: 29515 bytes, MD5 25c81989df183df01b3e8a0aad5dffbe\n' +
      "  to fix:       put it there, let 'root' name the folder that has it, or install Debian's dataset-fashion-mnist",
  );
  writeFileSync(join(root, 'FashionMNIST/raw/train-labels-idx1-ubyte'), idx([1], [9]));
  const { image, class_label: label } = await examples(await open(), [0]);
  assert.equal(
    [image, label].map((value) => (value as HostArray).shape),
    [[1, 32, 32, 1], [1]],
  );
});

test('says which file is missing or does not fit', () => {
  const root = temporaryFolder();
  assert.throws(() => new Mnist({ root }), /has no file train-images-idx3-ubyte or train-images-idx3-ubyte\.gz/);
  assert.throws(() => new Mnist({ root: join(root, 'none') }), /none: there is no such folder/);
  writeFileSync(join(root, 'train-images-idx3-ubyte'), idx([2, 1, 1], [0, 0]));
  writeFileSync(join(root, 'train-labels-idx1-ubyte'), idx([3], [0, 0, 0]));
  assert.throws(() => new Mnist({ root }), /labels-idx1-ubyte: it labels 3 images, but .*images-idx3-ubyte has 2/);
  writeFileSync(join(root, 'train-images-idx3-ubyte'), idx([3, 1, 40], Array<number>(120).fill(0)));
  assert.throws(() => new Mnist({ root }), /its images are 1×40, more than image_size 32/);
});

test.run();
