import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt } from '../../test/support/batches.js';
import { npy } from '../../test/support/npy.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writeImage, writePlain } from '../../test/support/write-images.js';

/** The value of a byte in a batch. */
const value = (byte: number): number => Math.fround(byte / 127.5 - 1);

test('CelebA-HQ as published: lists beside a folder of arrays', async () => {
  const root = join(temporaryFolder(), 'celebahq');
  mkdirSync(root);
  // Channels first, as the arrays have it: red, green, blue of 2 by 2 pixels.
  const planes = [1, 2, 3, 4, 11, 12, 13, 14, 21, 22, 23, 24];
  writeFileSync(join(root, 'imgHQ00001.npy'), npy(planes, [1, 3, 2, 2], { descr: '|u1' }));
  writeFileSync(`${root}train.txt`, 'imgHQ00001.npy\n');
  const dataset = await openDataset('taming.data.faceshq.CelebAHQTrain', { size: 2, root });
  assert.is(dataset.length, 1);
  const batch = await examples(dataset, [0]);
  const { data, shape } = arrayAt(batch, 'image');
  assert.equal(shape, [1, 2, 2, 3]);
  assert.equal([...data], [1, 11, 21, 2, 12, 22, 3, 13, 23, 4, 14, 24].map(value));
  assert.equal(batch.file_path_, [join(root, 'imgHQ00001.npy')]);

  const onlyImages = await openDataset('ldm.data.faceshq.CelebAHQTrain', { size: 2, root, keys: ['image'] });
  assert.equal(Object.keys(await examples(onlyImages, [0])), ['image']);
});

test('FFHQ without lists: the same images are in the same split every time, none in both', async () => {
  const root = temporaryFolder();
  for (let i = 0; i < 22; i++) await writePlain(join(root, `${String(i).padStart(5, '0')}.png`), 10 * i);
  const train = await openDataset('FFHQTrain', { size: 2, root });
  const validation = await openDataset('FFHQValidation', { size: 2, root });
  assert.equal([train.length, validation.length], [20, 2]);
  const { data } = arrayAt(await examples(validation, [0, 1]), 'image');
  assert.equal([data[0], data[12]], [value(0), value(200)]);
});

test('the shorter side is scaled, the middle cut out', async () => {
  const root = temporaryFolder();
  // Columns of 8 by 4 pixels: 0, 30, 60 … Half as many: between each two; of those the middle two.
  const row = [0, 30, 60, 90, 120, 150, 180, 210].flatMap((v) => [v, v, v]);
  await writeImage(join(root, 'wide.png'), 8, 3, [...row, ...row, ...row, ...row]);
  await writeImage(join(root, 'x.png'), 8, 3, [...row, ...row, ...row, ...row]);
  const dataset = await openDataset('FFHQTrain', { size: 2, root });
  const { data, shape } = arrayAt(await examples(dataset, [0]), 'image');
  assert.equal(shape, [1, 2, 2, 3]);
  assert.equal([data[0], data[3]], [75, 135].map(value));
});

test('an array of another shape or type is a broken file', async () => {
  const root = temporaryFolder();
  const list = join(root, 'list.txt');
  writeFileSync(list, 'a.npy\n');
  for (const [array, message] of [
    [npy([1, 2, 3], [3, 1, 1], { descr: '|u1' }), /a\.npy: not one RGB image; left out .*/],
    [npy([1, 2, 3], [1, 3, 1, 1], { descr: '<i4' }), /its elements are of type <i4, not bytes/],
    [npy([1, 2, 3], [1, 3, 1, 1], { descr: '|u1' }).subarray(0, -1), /takes 3 bytes of data, it has 2/],
  ] as const) {
    writeFileSync(join(root, 'a.npy'), array);
    const dataset = await openDataset('NumpyPaths', { paths: list, root, max_broken: 1 });
    assert.match(await rejection(examples(dataset, [0])), message);
  }
});

test('a list of the user’s own, cut out of any place, anew in every epoch', async () => {
  const root = temporaryFolder();
  const path = await writeImage(
    join(root, 'a.png'),
    6,
    3,
    Array.from({ length: 6 * 6 * 3 }, (_, i) => i),
  );
  const params = { paths: [path], size: 6, random_crop: true };
  const whole = arrayAt(await examples(await openDataset('ImagePaths', params), [0]), 'image');
  assert.equal([...whole.data.subarray(0, 3)], [0, 1, 2].map(value));
  const list = join(root, 'list.txt');
  writeFileSync(list, `${path}\n`);
  const custom = await openDataset('taming.data.custom.CustomTrain', { size: 6, training_images_list_file: list });
  assert.equal(arrayAt(await examples(custom, [0]), 'image'), whole);
  const wide = await writeImage(
    join(root, 'wide.png'),
    30,
    3,
    Array.from({ length: 30 * 2 * 3 }, (_, i) => i % 90),
  );
  const cut = await openDataset('ImagePaths', { paths: [wide], size: 2, random_crop: true });
  const first = async (epoch: number) => arrayAt(await examples(cut, [0], epoch), 'image').data[0];
  assert.ok(new Set(await Promise.all([0, 1, 2, 3, 4].map(first))).size > 2);
  assert.is(await first(1), await first(1));
});

test.run();
