import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt, tensorAt } from '../../test/support/batches.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writeAll, writeImage, writePlain } from '../../test/support/write-images.js';
import { disposeTensors, toTensors } from './to-tensors.js';

const value = (byte: number): number => Math.fround(byte / 127.5 - 1);
const gray = (values: readonly number[]): number[] => values.flatMap((v) => [v, v, v]);

test('LSUN: the largest square in the middle, mirrored with a chance', async () => {
  const root = temporaryFolder();
  const folder = join(root, 'churches');
  await writeImage(join(folder, 'a/b.png'), 5, 3, gray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
  writeFileSync(join(root, 'church_outdoor_val.txt'), 'a/b.png\n');
  const plain = await openDataset('ldm.data.lsun.LSUNChurchesValidation', { root });
  const batch = await examples(plain, [0]);
  assert.equal(batch.relative_file_path_, ['a/b.png']);
  assert.equal(batch.file_path_, [join(folder, 'a/b.png')]);
  assert.equal(
    [...arrayAt(batch, 'image').data].filter((_, i) => i % 3 === 0),
    [2, 3, 7, 8].map(value),
  );
  const mirrored = await openDataset('LSUNChurchesValidation', { root, flip_p: 1, interpolation: 'linear', size: 2 });
  const { data } = arrayAt(await examples(mirrored, [0]), 'image');
  assert.equal(
    [...data].filter((_, i) => i % 3 === 0),
    [3, 2, 8, 7].map(value),
  );
  assert.match(
    await rejection(openDataset('LSUNChurchesTrain', { root })),
    /church_outdoor_train\.txt: there is no such list, but there is .*church_outdoor_val\.txt/,
  );
});

/** A split of ImageNet with two images of one class and one of another. */
async function imageNet(): Promise<string> {
  const dataRoot = temporaryFolder();
  const root = join(dataRoot, 'ILSVRC2012_validation');
  await writeAll(join(root, 'data'), { 'n2/b.png': 20, 'n2/c.png': 30, 'n1/a.png': 10 });
  return dataRoot;
}

test('ImageNet: classes by folder, words for them where there are some', async () => {
  const dataRoot = await imageNet();
  const root = join(dataRoot, 'ILSVRC2012_validation');
  const target = 'ldm.data.imagenet.ImageNetValidation';
  const params = { config: { size: 4 }, data_root: dataRoot };
  const batch = await examples(await openDataset(target, params), [0, 1, 2]);
  assert.equal(batch.relpath, ['n1/a.png', 'n2/b.png', 'n2/c.png']);
  assert.equal(batch.synsets, ['n1', 'n2', 'n2']);
  assert.equal([...arrayAt(batch, 'class_label').data], [0, 1, 1]);
  assert.equal(arrayAt(batch, 'image').shape, [3, 4, 4, 3]);
  assert.not.ok('human_label' in batch);

  writeFileSync(join(root, 'filelist.txt'), 'n2/c.png\nn1/a.png\n');
  writeFileSync(join(root, 'synset_human.txt'), 'n1 tench, Tinca tinca\nn2 goldfish\n');
  writeFileSync(join(root, 'index_synset.yaml'), '0: n0\n7: n2\n8: n1\n');
  const listed = await examples(await openDataset(target, params), [0, 1]);
  assert.equal(listed.human_label, ['goldfish', 'tench, Tinca tinca']);
  assert.equal([...arrayAt(listed, 'class_label').data], [1, 0]);

  // As published, a range leaves out its last number.
  const config = { size: 4, sub_indices: '0, 7-8', keep_orig_class_label: true };
  const some = await openDataset(target, { ...params, config });
  assert.is(some.length, 1);
  assert.equal([...arrayAt(await examples(some, [0]), 'class_label').data], [7]);
  const none = { ...params, config: { sub_indices: '0' } };
  assert.match(await rejection(openDataset(target, none)), /there are no images of the classes 0/);
});

test('ImageNet for super-resolution: pairs, of the images that a list chooses', async () => {
  const dataRoot = await imageNet();
  const target = 'ldm.data.imagenet.ImageNetSRValidation';
  const params = { size: 4, degradation: 'pil_nearest', downscale_f: 2, data_root: dataRoot };
  const batch = await examples(await openDataset(target, params), [1]);
  assert.equal(arrayAt(batch, 'image').shape, [1, 4, 4, 3]);
  assert.equal(arrayAt(batch, 'LR_image').shape, [1, 2, 2, 3]);
  assert.is(arrayAt(batch, 'LR_image').data[0], value(20));
  assert.equal(batch.synsets, ['n2']);

  // pickle.dumps([2, 0])
  const list = join(dataRoot, 'list.p');
  writeFileSync(list, Buffer.from('80035d7100284b024b00652e', 'hex'));
  const chosen = await openDataset(target, { ...params, hr_indices: list });
  assert.equal((await examples(chosen, [0, 1])).relpath, ['n2/c.png', 'n1/a.png']);
  writeFileSync(list, Buffer.from('80035d7100284b024b09652e', 'hex'));
  assert.match(
    await rejection(openDataset(target, { ...params, hr_indices: list })),
    /list\.p: it names image 9, but there are 3\n.*take it away to use all images/,
  );
  writeFileSync(list, 'no pickle');
  assert.match(await rejection(openDataset(target, { ...params, hr_indices: list })), /not a pickled list of whole/);
});

test('OpenImages: folders of splits, each its own way of cutting', async () => {
  const root = temporaryFolder();
  const row = Array.from({ length: 12 }, (_, i) => 20 * i);
  await writeImage(join(root, 'train/a.png'), 12, 3, gray([...row, ...row, ...row, ...row]));
  await writeImage(join(root, 'validation/b.png'), 12, 3, gray([...row, ...row, ...row, ...row]));
  const train = await openDataset('ldm.data.openimages.FullOpenImagesTrain', { root, crop_size: 4 });
  const validation = await openDataset('ldm.data.openimages.FullOpenImagesValidation', { root, crop_size: 4 });
  const first = async (epoch: number) => arrayAt(await examples(train, [0], epoch), 'image').data[0];
  assert.ok(new Set(await Promise.all([0, 1, 2, 3, 4, 5].map(first))).size > 2);
  const { data, shape } = arrayAt(await examples(validation, [0]), 'image');
  assert.equal(shape, [1, 4, 4, 3]);
  assert.equal([data[0], data[3]], [80, 100].map(value));

  const params = { root, size: 8, degradation: 'bsrgan_light', downscale_f: 4 };
  const pairs = await openDataset('ldm.data.openimages.SuperresOpenImagesAdvancedTrain', params);
  const batch = await examples(pairs, [0]);
  assert.equal(
    [arrayAt(batch, 'image').shape, arrayAt(batch, 'LR_image').shape],
    [
      [1, 8, 8, 3],
      [1, 2, 2, 3],
    ],
  );
  assert.equal(await examples(pairs, [0]), batch);
});

test('landscapes: classes are cut and mirrored with their image, one-hot on the engine', async () => {
  const root = temporaryFolder();
  const width = 6;
  const columns = Array.from({ length: width * 3 }, (_, i) => i % width);
  await writeImage(join(root, 'train/images/a.png'), width, 3, gray(columns.map((c) => 40 * c)));
  await writeImage(
    join(root, 'train/segmentations/a.png'),
    width,
    1,
    columns.map((c) => (c === 5 ? 255 : c)),
  );
  const params = { root, size: 3, crop_size: 2, n_labels: 5, segmentation_to_float32: true };
  const dataset = await openDataset('ldm.data.landscapes.RFWTrain', params);
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 12; epoch++) {
    const batch = await examples(dataset, [0], epoch);
    const image = arrayAt(batch, 'image');
    const segmentation = arrayAt(batch, 'segmentation');
    assert.equal(
      [image.shape, segmentation.shape],
      [
        [1, 2, 2, 3],
        [1, 2, 2],
      ],
    );
    assert.equal(segmentation.oneHot, { classes: 5, dtype: 'float32' });
    const classes = [0, 1].map((x) => segmentation.data[x] ?? NaN);
    seen.add(classes.join());
    // Each pixel's brightness says its class.
    const shades = [0, 3].map((x) => Math.round((((image.data[x] ?? NaN) + 1) * 127.5) / 40));
    assert.equal(
      shades,
      classes.map((c) => (c === 255 ? 5 : c)),
    );
  }
  assert.ok(seen.size > 3, [...seen].join(' '));

  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  const tensors = toTensors(await examples(dataset, [0], 0));
  const segmentation = tensorAt(tensors, 'segmentation');
  assert.equal([segmentation.shape, segmentation.dtype], [[1, 2, 2, 5], 'float32']);
  disposeTensors(tensors);
  assert.is(tf.memory().numTensors, before);
});

test('landscapes: classes that are missing, of another size, or no classes', async () => {
  const root = temporaryFolder();
  await writePlain(join(root, 'train/images/a.png'), 9);
  mkdirSync(join(root, 'train/segmentations'));
  const open = () => openDataset('RFWTrain', { root, size: 4, max_broken: 0 });
  assert.match(await rejection(open()), /images: 1 of the 1 files it names are not in .*segmentations\n.*a\.png/);
  const map = join(root, 'train/segmentations/a.png');
  await writeImage(map, 2, 1, [1, 2]);
  assert.match(await rejection(open().then((set) => examples(set, [0]))), /more than 0 broken files/);
  await writePlain(map, 3);
  assert.match(await rejection(open().then((set) => examples(set, [0]))), /more than 0 broken files/);
});

test('images with captions: text files, or one table', async () => {
  const root = temporaryFolder();
  const folder = await writeAll(join(root, 'train'), { 'a.png': 1, 'sub/b.png': 2 });
  const open = () => openDataset('ldm.data.previews.pytorch_dataset.PreviewsTrain', { root, size: 2 });
  writeFileSync(join(folder, 'a.txt'), 'a red cat\n');
  assert.match(
    await rejection(open()),
    /the captions of .*train: 1 of the 2 files it names are not in .*\n.*sub\/b\.txt/,
  );
  writeFileSync(join(folder, 'sub/b.txt'), 'ein Hund');
  const batch = await examples(await open(), [0, 1]);
  assert.equal(batch.caption, ['a red cat', 'ein Hund']);
  assert.equal(arrayAt(batch, 'image').shape, [2, 2, 2, 3]);

  const table = join(folder, 'metadata.jsonl');
  writeFileSync(table, '{"file_name": "a.png", "text": "a cat"}\n');
  assert.match(await rejection(open()), /metadata\.jsonl: 1 of 2 images have no caption, sub\/b\.png among them/);
  writeFileSync(table, '{"file_name": "a.png", "text": "a cat"}\n{"file_name": "sub/b.png", "text": "a dog"}\n');
  assert.equal((await examples(await open(), [1, 0])).caption, ['a dog', 'a cat']);
  writeFileSync(table, '{"file_name": "a.png"}\n');
  assert.match(await rejection(open()), /metadata\.jsonl:1: not an image and its caption/);
});

test.run();
