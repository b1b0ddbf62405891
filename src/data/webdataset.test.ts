import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt } from '../../test/support/batches.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writePlain } from '../../test/support/write-images.js';
import { writeTar } from '../../test/support/write-tar.js';
import { DataModule } from './data-module.js';

const folder = temporaryFolder();

/** A file's content: a plain image of this value. */
async function plain(value: number, format = 'png', side = 4): Promise<Buffer> {
  return readFileSync(await writePlain(join(folder, `plain.${format}`), value, side));
}

/** numpy.save of a plain image, [1, 3, side, side] of bytes. */
function npy(value: number, side: number): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3, ${side}, ${side}), }`.padEnd(117) + '\n';
  const start = Buffer.from('\x93NUMPY\x01\x00', 'latin1');
  const length = Buffer.of(header.length & 255, header.length >> 8);
  return Buffer.concat([start, length, Buffer.from(header), Buffer.alloc(3 * side * side, value)]);
}

/** Two shards with three examples. */
async function writeShards(): Promise<string> {
  const root = temporaryFolder();
  writeTar(join(root, '00.tar'), {
    'a.jpg': await plain(10, 'jpg'),
    'a.cls': '3\n',
    'a.txt': 'a cat\n',
    'a.json': '{"id": 1}',
    '__about__.txt': 'no example',
    'b.PNG': await plain(20),
    'b.cls': '1',
    'b.txt': 'a dog',
    'b.json': '{}',
  });
  writeTar(join(root, '01.tar'), { './c.npy': npy(30, 6), 'c.cls': '0', 'c.txt': 'é', 'c.json': '[]' });
  return join(root, '{00..01}.tar');
}

const firstValue = (batch: Awaited<ReturnType<typeof examples>>, i: number): number =>
  Math.round(((arrayAt(batch, 'image').data[i * 48] ?? NaN) + 1) * 127.5);

test('images with what stands beside them, from any place', async () => {
  const urls = await writeShards();
  const dataset = await openDataset('WebDataset', { urls, size: 4 });
  assert.is(dataset.length, 3);
  const batch = await examples(dataset, [2, 0, 1]);
  assert.equal(arrayAt(batch, 'image').shape, [3, 4, 4, 3]);
  assert.equal(
    [0, 1, 2].map((i) => firstValue(batch, i)),
    [30, 10, 20],
  );
  assert.equal([...arrayAt(batch, 'class_label').data], [0, 3, 1]);
  assert.equal(batch.caption, ['é', 'a cat', 'a dog']);
  assert.equal(batch.json, ['[]', '{"id": 1}', '{}']);
  assert.equal(batch.__key__, ['c', 'a', 'b']);
  const paths = batch.file_path_ as readonly string[];
  assert.equal(
    paths.map((path) => path.slice(path.lastIndexOf('0'))),
    ['01.tar/c.npy', '0.tar/a.jpg', '0.tar/b.png'],
  );
});

test('an epoch can be taken up anywhere, and comes again as it was', async () => {
  const root = temporaryFolder();
  for (const shard of [0, 1]) {
    const files: Record<string, Buffer> = {};
    for (let i = 0; i < 4; i++) files[`${shard}${i}.png`] = await plain(10 * (4 * shard + i), 'png', 6);
    writeTar(join(root, `${shard}.tar`), files);
  }
  const open = () =>
    openDataset('WebDataset', { urls: [join(root, '{0,1}.tar')], crop_size: 4, random_crop: true, flip_p: 0.5 });
  const epoch = async (number: number, start = 0) => {
    const data = new DataModule({ batchSize: 2, train: await open(), seed: 5 });
    const batches = [];
    for await (const batch of data.trainLoader()?.epoch(number, start) ?? []) batches.push(batch);
    return batches;
  };
  const first = await epoch(1);
  assert.is(first.length, 4);
  assert.equal(await epoch(1, 2), first.slice(2));
  const orderOf = (batches: typeof first) => batches.flatMap(({ __key__: keys }) => keys as readonly string[]);
  assert.is(new Set(orderOf(first)).size, 8);
  assert.not.equal(orderOf(await epoch(2)), orderOf(first));
});

test('a broken image in a shard is left out; a shard that is cut off or missing is named', async () => {
  const root = temporaryFolder();
  const shard = writeTar(join(root, 's.tar'), {
    'a.png': await plain(1),
    'b.png': 'no image',
    'c.png': await plain(2),
  });
  const warnings: string[] = [];
  const dataset = await openDataset('WebDataset', { urls: shard });
  const pass = { seed: 0, epoch: 0, warn: (text: string) => warnings.push(text) };
  const batch = await dataset.batch(Uint32Array.of(0, 1), pass);
  assert.equal(
    [0, 1].map((i) => firstValue(batch, i)),
    [1, 2],
  );
  assert.match(warnings.join(), /s\.tar: b\.png: not an intact image: .*left out \(broken file 1 of at most 10\)/);
  truncateSync(shard, 600);
  const shortened = rejection(dataset.batch(Uint32Array.of(2), pass));
  assert.match(await shortened, /every example of the data set is broken/);
  assert.match(warnings.join(), /the shard ends at byte 600: it has become shorter/);
  assert.match(await rejection(openDataset('WebDataset', { urls: shard })), /s\.tar: the archive is truncated/);
  const missing = rejection(openDataset('WebDataset', { urls: join(root, '{0..1}.tar') }));
  assert.match(await missing, /0\.tar.*no such file/s);
});

test('shards without examples, without an image or with too few members', async () => {
  const path = join(temporaryFolder(), 's.tar');
  const message = (files: Record<string, Buffer | string>, params = {}) =>
    rejection(openDataset('WebDataset', { urls: writeTar(path, files), ...params }));
  const image = await plain(1);
  assert.match(await message({}), /s\.tar: there are no examples in this shard/);
  assert.match(await message({ 'a.txt': 'a' }), /s\.tar: a: the example has no image\n.*found: +txt/);
  assert.match(await message({ 'a.png': image, 'a.jpg': image }), /several members.*\n.*png, jpg\n.*\n.*'image_key'/);
  assert.match(await message({ 'a.png': image, 'a.jpg': image }, { image_key: 'webp' }), /has no image/);
  assert.match(await message({ 'a.png': image, 'a.txt': 'a', 'b.png': image }), /b: the example has no \.txt/);
  assert.match(await message({ 'a.png': image, 'b.png': image, 'a.txt': '' }), /a: the example has no image/);
  assert.match(await message({ 'a.png': image, './a.png': image }), /two members are/);
  const pair = { 'a.seg.png': await plain(9), 'a.png': image, 'b.png': image, 'b.txt': 'b' };
  writeFileSync(path, '');
  const dataset = await openDataset('WebDataset', { urls: writeTar(path, pair), keys: ['image'] });
  assert.equal(Object.keys(await examples(dataset, [0, 1])), ['image']);
  const cls = await openDataset('WebDataset', {
    urls: writeTar(path, { 'a.png': image, 'a.cls': 'cat' }),
    max_broken: 0,
  });
  assert.match(await rejection(examples(cls, [0])), /more than 0 broken files.*\n.*a\.cls/);
});

test.run();
