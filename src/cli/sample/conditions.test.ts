import * as tf from '@tensorflow/tfjs-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../../registry/index.js';
import { npy } from '../../../test/support/npy.js';
import { rejection } from '../../../test/support/rejection.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { writeAll, writeImage } from '../../../test/support/write-images.js';
import { selectEngine } from '../../engine/index.js';
import { experimentOf } from '../experiment.js';
import { loadConfig } from '../load-config.js';
import { conditionsAt, disposeConditions, givenConditions } from './conditions.js';
import { sampleSettings } from './settings.js';

const test = suite('conditions that are given');

const folder = temporaryFolder();
const photos = join(folder, 'photos');
const config = new URL('../../../test/fixtures/configs/super-resolution.yaml', import.meta.url).pathname;

test.before(async () => {
  await selectEngine('cpu');
  await writeAll(join(photos, 'train'), { 'a.png': 0, 'b.png': 100, 'c.png': 200 });
});

const image = { conditionedBy: { key: 'LR_image', image: [2, 4, 3] as const }, numClasses: 0 };
const map = { conditionedBy: { key: 'segmentation', image: [2, 2, 5] as const }, numClasses: 0 };

async function given(flags: Record<string, unknown>, model: Parameters<typeof givenConditions>[1], root = photos) {
  const mask = flags.inpaint === undefined ? undefined : 'mask.png';
  const settings = sampleSettings(flags, { mask, scheduler: undefined });
  const experiment = experimentOf(await loadConfig([config], [`data.params.train.params.root=${root}`]));
  return givenConditions(settings, model, { experiment, registry, warn: assert.unreachable });
}

async function values(flags: Record<string, unknown>, model: Parameters<typeof givenConditions>[1]) {
  const conditions = await given(flags, model);
  const tensor = conditions?.examples[model.conditionedBy?.key ?? ''];
  assert.ok(tensor instanceof tf.Tensor);
  const found = { shape: tensor.shape, data: [...tensor.dataSync()], origins: conditions?.origins };
  disposeConditions(conditions);
  return found;
}

test('an image is cut to the size of the condition', async () => {
  const path = join(photos, 'train/b.png');
  const { shape, data, origins } = await values({ condition: path }, image);
  assert.equal(shape, [1, 2, 4, 3]);
  assert.ok(data.every((value) => value === Math.fround(100 / 127.5 - 1)));
  assert.equal(origins, [{ condition: path }]);
});

test('a map of classes is one channel for each, by the nearest pixel, 255 for none', async () => {
  // 4 × 2 pixels, of which the 2 × 2 in the middle are left.
  const labels = [0, 255, 3, 0, 0, 1, 4, 0];
  const png = await writeImage(join(folder, 'map.png'), 4, 1, labels);
  const array = join(folder, 'map.npy');
  writeFileSync(array, npy(labels, [2, 4]));
  const expected = [...[0, 0, 0, 0, 0], ...[0, 0, 0, 1, 0], ...[0, 1, 0, 0, 0], ...[0, 0, 0, 0, 1]];
  for (const condition of [png, array]) {
    const { shape, data } = await values({ condition }, map);
    assert.equal([shape, data], [[1, 2, 2, 5], expected], condition);
  }
});

test('each of a folder; some of them, in any order', async () => {
  const before = tf.memory().numTensors;
  const conditions = await given({ condition: join(photos, 'train') }, image);
  assert.ok(conditions);
  assert.is(conditions.origins.length, 3);
  const { LR_image: chosen } = conditionsAt(conditions, [2, 0, 2]);
  assert.ok(chosen instanceof tf.Tensor);
  assert.equal(chosen.shape, [3, 2, 4, 3]);
  assert.is(chosen.dataSync()[0], Math.fround(200 / 127.5 - 1));
  assert.is(chosen.dataSync()[24], -1);
  chosen.dispose();
  disposeConditions(conditions);
  assert.is(tf.memory().numTensors, before);
});

test('the first examples of the data, in their own order', async () => {
  const { shape, data, origins } = await values({ condition_from: 'train', count: 2 }, image);
  assert.equal(shape, [2, 4, 4, 3]);
  assert.equal([data[0], data[48]], [-1, Math.fround(100 / 127.5 - 1)]);
  assert.equal(origins, [
    { condition_from: 'train', example: 0 },
    { condition_from: 'train', example: 1 },
  ]);
});

test('nothing is given of a class, a text or nothing at all', async () => {
  assert.is(await given({}, { numClasses: 0 }), undefined);
  assert.is(await given({}, { conditionedBy: { key: 'class_label' }, numClasses: 10 }), undefined);
  assert.is(await given({}, { conditionedBy: { key: 'caption' }, numClasses: 0, takesTexts: true }), undefined);
});

test('what is missing or wrong', async () => {
  const small = join(photos, 'train/b.png');
  const path = (name: string): string => join(folder, name);
  const refusal = async (...args: Parameters<typeof given>): Promise<string> => rejection(given(...args));
  assert.match(
    await refusal({}, map),
    /under a condition, segmentation\n.*--condition FILE, a gray PNG, or integers .* classes 0 to 4; cut to 2×2 pixels; or/,
  );
  assert.match(await refusal({}, { conditionedBy: { key: 'coordinates_bbox' }, numClasses: 0 }), /: +--condition_from/);
  const inpainter = { conditionedBy: { key: 'masked_image' }, numClasses: 0, isInpainter: true };
  assert.match(await refusal({}, inpainter), /masked_image\n.*: +--inpaint IMAGE MASK; or --condition_from/);
  assert.match(await refusal({ condition: small }, inpainter), /is no image alone\n.*--inpaint IMAGE MASK, or --cond/);
  assert.is(await given({ inpaint: small }, inpainter), undefined);
  assert.match(await refusal({ condition: small }, { numClasses: 0 }), /--condition: the model draws without/);
  assert.match(
    await refusal({ condition_from: 'train' }, { numClasses: 0 }),
    /--condition_from: the model draws without/,
  );
  const byClass = { conditionedBy: { key: 'class_label' }, numClasses: 10 };
  assert.match(
    await refusal({ condition: small }, byClass),
    /class_label, is no image.*\n.*--class N, or --condition_from/,
  );
  assert.match(await refusal({ condition: path('none.png') }, image), /none\.png: .*no such file/);
  writeFileSync(path('text.png'), 'no image');
  assert.match(await refusal({ condition: path('text.png') }, image), /text\.png: not an intact image/);
  mkdirSync(path('empty'));
  assert.match(await refusal({ condition: path('empty') }, map), /no images in this folder\n.*end in \.png, \.npy/);
  await writeImage(path('gray.png'), 2, 1, [1, 2, 7, 4]);
  assert.match(await refusal({ condition: path('gray.png') }, map), /no classes of the model\n.*7\n.*0 to 4, or 255/);
  assert.match(await refusal({ condition: small }, map), /not a map of classes/);
  writeFileSync(path('flat.npy'), npy([1, 1, 1, 1]));
  assert.match(await refusal({ condition: path('flat.npy') }, map), /not a map of classes\n.*\[4\]/);
  assert.match(await refusal({ condition_from: 'test' }, image), /no such data\n.*test\n.*train/);
  assert.match(
    await refusal({ condition_from: 'train', count: 4 }, image),
    /not so many examples\n.*4 of 3\n.*smaller -n/,
  );
  assert.match(await refusal({ condition_from: 'train', count: 1 }, map), /lack it\n.*LR_image.*\n.*segmentation, the/);
  assert.match(await refusal({ condition_from: 'train' }, image, path('gone')), /gone is not there/);
});

test('two conditions are one too many', () => {
  const beside = { mask: undefined, scheduler: undefined };
  assert.throws(
    () => sampleSettings({ condition: 'a.png', class: 3 }, beside),
    /one condition\n.*--class and --condition/,
  );
});

test.run();
