import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { problemOf } from '../../test/support/problem.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { listImages } from './image-files.js';
import { splitFolder } from './split-folder.js';
import { splitImages } from './split.js';

/** A folder with these files, empty. */
function folderOf(...paths: string[]): string {
  const root = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), '');
  }
  return root;
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${String(i).padStart(2, '0')}.png`);

test('lists images in order, in folders and behind links, and nothing else', () => {
  const root = folderOf('b.PNG', 'a/2.jpeg', 'a/10.jpg', '.hidden.png', '.git/x.png', 'notes.txt', 'c.webp');
  const other = folderOf('z.gif');
  symlinkSync(other, join(root, 'linked'));
  symlinkSync(root, join(root, 'a/around'));
  symlinkSync(join(root, 'gone.png'), join(root, 'dangling.png'));
  assert.equal(listImages(root), ['a/10.jpg', 'a/2.jpeg', 'b.PNG', 'c.webp', 'linked/z.gif']);
});

test('a folder that is missing or has no images', () => {
  const root = folderOf('notes.txt');
  assert.is(
    problemOf(() => listImages(root)),
    `${root}: there are no images in this folder\n` +
      '  expected:     files whose names end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff, .avif\n' +
      '  to fix:       put the images there, or give the folder that has them',
  );
  assert.match(
    problemOf(() => listImages(join(root, 'none'))),
    /cannot read the images: there is no such file or folder/,
  );
});

test('without lists, every 20th image is for validation', () => {
  const root = folderOf(...numbered(41));
  const lists = { train: join(root, 'train.txt'), validation: join(root, 'val.txt') };
  assert.equal(splitImages(root, 'validation', lists), {
    paths: ['00.png', '20.png', '40.png'],
    splitRule: `every 20th image of ${root}, by name, is for validation: there is neither ${lists.train} nor ${lists.validation}`,
  });
  const { paths: train } = splitImages(root, 'train', lists);
  assert.is(train.length, 38);
  assert.not.ok(train.includes('20.png'));
  const single = folderOf('a.png');
  assert.match(
    problemOf(() => splitImages(single, 'train', lists)),
    /a single image cannot be split/,
  );
});

test('lists say which image is for what', () => {
  const root = folderOf('a.png', 'b/c.png', 'd.png');
  const lists = { train: join(root, 'train.txt'), validation: join(root, 'val.txt') };
  writeFileSync(lists.train, 'b/c.png\r\n\na.png\n');
  assert.equal(splitImages(root, 'train', lists), { paths: ['b/c.png', 'a.png'] });
  assert.is(
    problemOf(() => splitImages(root, 'validation', lists)),
    `${lists.validation}: there is no such list, but there is ${lists.train}\n` +
      `  to fix:       write the validation images into it, a path relative to ${root} on each line, or take the other list away`,
  );
  writeFileSync(lists.validation, 'd.png\nb/e.png\nx/y.png\n');
  assert.is(
    problemOf(() => splitImages(root, 'validation', lists)),
    `${lists.validation}: 2 of the 3 files it names are not in ${root}\n` +
      '  found:        b/e.png, x/y.png\n' +
      '  to fix:       put them there, or take them out of the list',
  );
  writeFileSync(lists.validation, '\n');
  assert.match(
    problemOf(() => splitImages(root, 'validation', lists)),
    /the list is empty/,
  );
});

test('folders named as the splits', () => {
  const root = folderOf('train/a.png', 'train/b.png', 'validation/c.png');
  assert.equal(splitFolder(root, 'train'), { folder: join(root, 'train'), paths: ['a.png', 'b.png'] });
  assert.equal(splitFolder(root, 'validation').paths, ['c.png']);
  const half = folderOf('train/a.png');
  assert.match(
    problemOf(() => splitFolder(half, 'validation')),
    /validation: there is no such folder, but there is .*train/,
  );
  const whole = folderOf(...numbered(3));
  assert.equal(splitFolder(whole, 'validation'), {
    folder: whole,
    paths: ['00.png'],
    splitRule: `every 20th image of ${whole}, by name, is for validation`,
  });
});

test.run();
