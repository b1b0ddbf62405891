import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt, tensorAt } from '../../test/support/batches.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writeAll, writeImage } from '../../test/support/write-images.js';
import { DataLoader } from './data-loader.js';
import { DataModule } from './data-module.js';
import type { HostBatch } from './dataset.js';
import { disposeTensors, toTensors, type TensorBatch } from './to-tensors.js';

const value = (byte: number): number => Math.fround(byte / 127.5 - 1);

test('images of any size become squares, in RGB or gray', async () => {
  const root = temporaryFolder();
  await writeImage(join(root, 'a.png'), 2, 1, [10, 20, 30, 40]);
  await writeImage(join(root, 'deep/in/b.jpg'), 8, 3, Array<number>(8 * 8 * 3).fill(128));
  const dataset = await openDataset('ImageFolder', { root, size: 2 });
  const { data, shape } = arrayAt(await examples(dataset, [0, 1]), 'image');
  assert.equal(shape, [2, 2, 2, 3]);
  assert.equal([...data.subarray(0, 6)], [10, 10, 10, 20, 20, 20].map(value));
  assert.is(data[12], value(128));
  const gray = await openDataset('ImageFolder', { root, size: 2, channels: 1 });
  const found = arrayAt(await examples(gray, [0]), 'image');
  assert.equal([found.shape, [...found.data]], [[1, 2, 2, 1], [10, 20, 30, 40].map(value)]);
});

test('shrinks with antialiasing and enlarges in place', async () => {
  const root = temporaryFolder();
  const row = [0, 30, 60, 90, 120, 150, 180, 210];
  await writeImage(join(root, 'a.png'), 8, 1, Array.from({ length: 8 }, () => row).flat());
  const rowOf = async (size: number): Promise<number[]> => {
    const params = { root, size, channels: 1, interpolation: 'bilinear' };
    const { data } = arrayAt(await examples(await openDataset('ImageFolder', params), [0]), 'image');
    return [...data.subarray(size, 2 * size)].map((v) => Math.round((v + 1) * 127.5));
  };
  // Pillow has 21, 75, 135, 189: sharp's arithmetic is shorter.
  (await rowOf(4)).forEach((v, i) => {
    assert.ok(Math.abs(v - ([21, 75, 135, 189][i] ?? NaN)) <= 3, String(v));
  });
  assert.equal((await rowOf(16)).slice(0, 4), [0, 8, 23, 38]);
});

test('classes by folder, the same ones in both splits', async () => {
  const root = await writeAll(temporaryFolder(), {
    'train/cat/1.png': 1,
    'train/dog/2.png': 2,
    'validation/dog/3.png': 3,
    'validation/emu/4.png': 4,
  });
  const params = { root, size: 2, labels: true };
  const batch = await examples(await openDataset('ImageFolder', { ...params, split: 'validation' }), [0, 1]);
  assert.equal([...arrayAt(batch, 'class_label').data], [1, 2]);
  assert.equal(batch.human_label, ['dog', 'emu']);
  const flat = await writeAll(temporaryFolder(), { 'a.png': 1 });
  assert.match(
    await rejection(openDataset('ImageFolder', { root: flat, labels: true })),
    /a\.png: the image is in no folder that could be its class\n.*or set labels: false/,
  );
});

test('a run over a folder: the same batches again, a broken image named in a warning', async () => {
  const names = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.png`, 20 * i]));
  const root = await writeAll(temporaryFolder(), names);
  writeFileSync(join(root, '4.png'), 'not an image');
  const train = await openDataset('ImageFolder', { root, size: 4, flip_p: 0.5, random_crop: true, crop_size: 2 });
  const data = new DataModule({ batchSize: 3, train });
  const warnings: string[] = [];
  data.warn = (text) => warnings.push(text);
  const epoch = async (): Promise<unknown[]> => {
    const batches = [];
    for await (const batch of data.trainLoader(1)?.epoch(2) ?? []) batches.push(batch);
    return batches;
  };
  const first = await epoch();
  assert.is(first.length, 3);
  assert.equal(await epoch(), first);
  assert.is(warnings.length, 1);
  assert.match(warnings[0] ?? '', /4\.png: not an intact image: .*; left out \(broken file 1 of at most 10\)/);
});

test('batches that wait keep their pixels while others come and go', async () => {
  await tf.setBackend('cpu');
  const root = temporaryFolder();
  const shades = Array.from({ length: 12 }, (_, i) => 20 * i);
  for (const [i, shade] of shades.entries()) {
    await writeImage(join(root, `${String(i).padStart(2, '0')}.jpg`), 8, 1, Array<number>(64).fill(shade));
  }
  const train = await openDataset('ImageFolder', { root, size: 8, channels: 1 });
  const loader = new DataLoader(train, { batchSize: 2, prefetch: 3 });
  // Two batches are kept while the ones between them are used and theirs is decoded into again.
  const moved: TensorBatch[] = [];
  const kept: HostBatch[] = [];
  let number = 0;
  for await (const batch of loader.epoch(0)) {
    if (number++ % 3 === 0) kept.push(batch);
    else moved.push(toTensors(batch));
  }
  const firstOf = (values: ArrayLike<number>): number[] => [0, 64].map((at) => values[at] ?? NaN);
  const expected = (...images: number[]): number[] => images.map((i) => value(shades[i] ?? NaN));
  assert.equal(
    kept.map((batch) => firstOf(arrayAt(batch, 'image').data)),
    [expected(0, 1), expected(6, 7)],
  );
  assert.equal(
    moved.map((batch) => firstOf(tensorAt(batch, 'image').dataSync())),
    [expected(2, 3), expected(4, 5), expected(8, 9), expected(10, 11)],
  );
  moved.forEach(disposeTensors);
});

test.run();
