import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { componentProblems } from '../test/support/component-problems.js';
import { registry } from './index.js';

const folder = 'test/fixtures/compvis-configs';
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));

interface Published {
  readonly data?: { readonly params: Readonly<Record<string, unknown>> };
}

test('the data of every published config are there', () => {
  const found = files.flatMap((file) => {
    const { data } = parse(readFileSync(join(folder, file), 'utf8')) as Published;
    if (!data) return [];
    const problems = componentProblems('DataModuleFromConfig', data.params);
    return problems.length > 0 ? [{ file, problems }] : [];
  });
  assert.is(files.length, 32);
  assert.equal(found, []);
});

test('what each data set reads is named with the remedy', () => {
  const needed = (target: string, params: object): string[] =>
    (registry.resolve(target)?.needs?.(params as never) ?? []).map(({ file, remedy }) => `${file}: ${remedy ?? ''}`);
  assert.equal(needed('taming.data.faceshq.CelebAHQTrain', { root: 'data/celebahq' }), [
    'data/celebahq: put images of faces there (.jpg, .png, .webp … or .npy; CelebA-HQ has 30,000), or let root name the ' +
      'folder that has them;\ncelebahqtrain.txt and celebahqvalidation.txt beside it may list what is for what, else ' +
      'every 20th is for validation',
  ]);
  assert.equal(needed('LSUNChurchesTrain', { root: 'data/lsun' }), [
    'data/lsun/churches: put the images there, or let root name the folder that has churches',
  ]);
  assert.equal(needed('ImageNetSRTrain', { data_root: '/big', hr_indices: 'large.p' }), [
    '/big/ILSVRC2012_train/data: unpack ImageNet (ILSVRC2012) there, or let data_root name the folder that has ILSVRC2012_train',
    'large.p: ',
  ]);
  assert.equal(
    needed('OpenImagesBBoxTrain', { root: 'oi' }).map((file) => file.split(',')[0]),
    [
      'oi/train: put the images of OpenImages there',
      'oi/class-descriptions-boxable.csv: download class-descriptions-boxable.csv from storage.googleapis.com/openimages/web',
      'oi/oidv6-train-annotations-bbox.csv: download oidv6-train-annotations-bbox.csv from storage.googleapis.com/openimages/web',
    ],
  );
  assert.equal(needed('ImagePaths', { paths: ['a.png'] }), []);
  assert.equal(needed('ImagePaths', { paths: 'list.txt' }), [
    'list.txt: write it, or let paths name the one that is there',
  ]);
  const without = registry.components('dataset').filter(({ target, needs }) => target !== 'MNIST' && !needs);
  assert.equal(without, []);
});

test('rules across parameters', () => {
  assert.equal(componentProblems('OpenImagesBBoxTrain', { min_objects_per_image: 31 }), [
    'min_objects_per_image: is more than max_objects_per_image',
  ]);
  const sr = { size: 256, degradation: 'pil_nearest' };
  assert.equal(componentProblems('ImageNetSRTrain', sr), []);
  assert.equal(componentProblems('ImageNetSRTrain', { ...sr, size: 254, min_crop_f: 0.9, max_crop_f: 0.8 }), [
    'size: is not divisible by downscale_f',
    'min_crop_f: is more than max_crop_f',
  ]);
  assert.equal(componentProblems('FullOpenImagesTrain', { size: 128, crop_size: 256 }), [
    'crop_size: is more than the images have after scaling',
  ]);
  assert.equal(componentProblems('FullOpenImagesTrain', { crop_size: 256 }), []);
  assert.equal(componentProblems('ImageNetTrain', { config: { sub_indices: '0-10, 33' } }), []);
  assert.equal(componentProblems('ImageNetTrain', { config: { sub_indices: '0-10,' } }).length, 1);
});

test.run();
