import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt } from '../../test/support/batches.js';
import { examples, openDataset } from '../../test/support/open-dataset.js';
import { rejection } from '../../test/support/rejection.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { writePlain } from '../../test/support/write-images.js';
import { CoordinateTokens, layoutOf } from '../layout/index.js';

const HEADER =
  'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside';
/** Man counts as Person; of the last no layouts are made. */
const CLASSES = '/m/04yx4,Man\n/m/01g317,Person\n/m/09j2d,Clothing\n/m/0jbk,Animal\n/m/0zzz,No such class\n';
const LISTED = 'OpenImagesBBoxValidation';
const all = { category_allow_list_target: '', category_mapping_target: '' };

interface Files {
  readonly boxes?: readonly string[];
  readonly header?: string;
  readonly images?: readonly string[];
}

/** OpenImages with these boxes: image, class, left, right, top, bottom, flags. */
async function openImages({ boxes = [], header = HEADER, images = ['a', 'b'] }: Files): Promise<string> {
  const root = temporaryFolder();
  mkdirSync(join(root, 'validation'));
  for (const name of images) await writePlain(join(root, 'validation', `${name.padStart(16, '0')}.jpg`), 90, 16, 8);
  writeFileSync(join(root, 'class-descriptions-boxable.csv'), CLASSES);
  writeFileSync(join(root, 'validation-annotations-bbox.csv'), [header, ...boxes].join('\n'));
  return root;
}

const box = (image: string, label: string, corners: string, flags = '0,0,0,0,0'): string =>
  `${image},xclick,${label},1,${corners},${flags}`;
const boxes = [
  box('a', '/m/04yx4', '0,0.5,0,1', '0,0,1,0,0'),
  box('b', '/m/0jbk', '0.25,0.5,0,0.5'),
  box('a', '/m/0jbk', '0.5,1,0.5,1', '1,0,0,0,-1'),
  box('a', '/m/0zzz', '0,1,0,1'),
  box('a', '/m/0jbk', '0.5,0.501,0.5,0.501'),
];

async function layout(root: string, params: object, index = 0) {
  const batch = await examples(await openDataset(LISTED, { root, size: 8, ...params }), [index]);
  const { data, shape } = arrayAt(batch, 'coordinates_bbox');
  return { ...layoutOf(data, new CoordinateTokens(8192)), shape, batch };
}

test('a layout has the classes of the list, what counts as others, and no boxes that are too small', async () => {
  const root = await openImages({ boxes });
  const { objects, crop, shape, batch } = await layout(root, { crop_method: 'none' });
  assert.equal(shape, [1, 92]);
  assert.equal(arrayAt(batch, 'image').shape, [1, 8, 8, 3]);
  assert.equal(crop, [0, 0, 1, 1]);
  // Of Person, which Man counts as, and Clothing, Animal: in the order of their ids. A group is 1; occluded and inside 10.
  const sorted = objects.map(({ representation }) => representation).sort((a, b) => a - b);
  assert.equal(sorted, [0 + 3, 2 + 3 * 10]);
  assert.equal(
    (await openDataset(LISTED, { root, min_objects_per_image: 1 })).length,
    2,
    'images with so many objects at least',
  );
  assert.is((await openDataset(LISTED, { root })).length, 1);
});

test('without lists every class counts as itself', async () => {
  const root = await openImages({ boxes });
  const { objects } = await layout(root, { ...all, crop_method: 'none', use_additional_parameters: false });
  assert.equal(
    objects.map(({ representation }) => representation).sort((a, b) => a - b),
    [3, 4, 1 + 5],
  );
});

test('the tokens at the end say what was cut out; without them boxes are those in the square', async () => {
  const root = await openImages({ boxes });
  const [x0 = 0, y0, width = 0, height] = (await layout(root, {})).crop ?? [];
  assert.ok(Math.abs(x0 - 0.25) < 0.01 && Math.abs(width - 0.5) < 0.012, `${x0} and ${width}`);
  assert.equal([y0, height], [0, 1]);
  const { objects, crop, shape } = await layout(root, { encode_crop: false });
  assert.is(crop, undefined);
  assert.equal(shape, [1, 90]);
  const ofGroup = objects.find(({ representation }) => representation === 3);
  assert.equal(ofGroup?.box[0], 0);
  // As published: what is cut off on the left does not make it narrower.
  assert.equal(ofGroup?.box[2], 1);
});

test('a mirrored image has a mirrored layout; squares of any size are cut', async () => {
  const root = await openImages({ boxes });
  const seen = new Set<string>();
  const data = await openDataset('OpenImagesBBoxTrain', { root: trainingOf(root), size: 4 });
  for (let epoch = 0; epoch < 12; epoch++) {
    const batch = await examples(data, [0], epoch);
    assert.equal(arrayAt(batch, 'image').shape, [1, 4, 4, 3]);
    const { objects, crop } = layoutOf(arrayAt(batch, 'coordinates_bbox').data, new CoordinateTokens(8192));
    assert.ok(crop && crop[0] >= 0 && crop[0] + crop[2] <= 1.001);
    const group = objects.find(({ representation }) => representation === 3);
    if (group) seen.add(group.box[0] === 0 ? 'left' : 'right');
    const again = await examples(data, [0], epoch);
    assert.equal(arrayAt(again, 'coordinates_bbox'), arrayAt(batch, 'coordinates_bbox'));
  }
  assert.equal([...seen].sort(), ['left', 'right']);
});

/** The same files as a training set. */
function trainingOf(root: string): string {
  renameSync(join(root, 'validation'), join(root, 'train'));
  renameSync(join(root, 'validation-annotations-bbox.csv'), join(root, 'oidv6-train-annotations-bbox.csv'));
  return root;
}

test('of the images that are listed, those that are there, and the run says so', async () => {
  const root = await openImages({ boxes, images: ['b'] });
  const data = await openDataset(LISTED, { root, min_objects_per_image: 1 });
  assert.is(data.length, 1);
  assert.match(data.splitRule ?? '', /^1 of the 2 images of .*validation-annotations-bbox\.csv are in .*validation$/);
});

test('what is wrong with the files', async () => {
  const failing = async (files: Files, params: object = {}) =>
    rejection(openDataset(LISTED, { root: await openImages(files), ...params }));
  assert.match(await failing({ header: 'ImageID,XMin' }), /is no list of boxes[^]*columns LabelName, XMax, YMin/);
  const wrong = { boxes: [box('a', '/m/0jbk', '0.1,x,0,1')] };
  assert.match(await failing(wrong), /validation-annotations-bbox\.csv:2: is no box[^]*found: +a,xclick[^]*0\.1,x,0,1/);
  assert.match(
    await failing({ boxes, images: ['c'] }),
    /has no image with a layout\n.*1 images\n.*some of the 1 .*a\.jpg/,
  );
  assert.match(await failing({ boxes, images: [] }), /there are no images in this folder/);
  assert.match(await failing({ boxes }, { no_tokens: 40 }), /no_tokens: are not enough for the classes/);
  const root = await openImages({ boxes });
  writeFileSync(join(root, 'class-descriptions-boxable.csv'), '/m/0zzz,No such class\n');
  assert.match(
    await rejection(openDataset(LISTED, { root })),
    /class-descriptions-boxable\.csv: has none of the classes/,
  );
});

test.run();
