import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ldm, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeAll } from '../support/write-images.js';

const test = suite('training on a folder of images');

const logdir = temporaryFolder();

/** The tiny config with the images of a folder in the place of MNIST. */
function train(root: string, ...overrides: string[]): ReturnType<typeof ldm> {
  const set = (split: string): string =>
    `+data.params.${split}={target: ImageFolder, params: {root: '${root}', split: ${split}, size: 32, channels: 1, labels: true}}`;
  const data = ['~data.params.train', '~data.params.validation', set('train'), set('validation')];
  return ldm(['run', tinyConfig, ...data, ...overrides, '--max_steps', '2', '-l', logdir]);
}

test('two steps, and a broken image is named on the screen and in the log', async () => {
  const images = { 'cat/a.png': 0, 'cat/b.png': 90, 'dog/c.jpg': 200, 'dog/e.webp': 250 };
  const root = await writeAll(temporaryFolder(), images);
  writeFileSync(join(root, 'dog/d.png'), 'not an image');
  const { code, stderr } = await train(root);
  assert.is(code, 0, stderr);
  assert.match(stderr, /4 train, 1 validation/);
  assert.match(stderr, /dog\/d\.png: not an intact image/);
  const [run = ''] = readdirSync(logdir);
  assert.match(readFileSync(join(logdir, run, 'log.txt'), 'utf8'), /dog\/d\.png: not an intact image/);
});

test('a folder that is not there ends it before anything is built', async () => {
  const { code, stderr } = await train(join(temporaryFolder(), 'none'));
  assert.is(code, 2);
  assert.match(stderr, /none/);
  assert.match(stderr, /to fix:/);
});

test('too many broken images end it with what to do', async () => {
  const root = await writeAll(temporaryFolder(), { 'cat/a.png': 0, 'cat/b.png': 90 });
  writeFileSync(join(root, 'cat/c.png'), 'not an image');
  const { code, stderr } = await train(root, '+data.params.train.params.max_broken=0');
  assert.is(code, 2, stderr);
  assert.match(stderr, /max_broken: more than 0 broken files in a data set\n.*c\.png/);
});

test.run();
