import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pngTexts } from '../../src/io/png-text.js';
import { readSafetensors } from '../../src/io/safetensors.js';
import { ldm, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeAll } from '../support/write-images.js';

const test = suite('ldm sample under a condition');

const superResolution = fileURLToPath(new URL('../fixtures/configs/super-resolution.yaml', import.meta.url));
const folder = temporaryFolder();
const photos = join(folder, 'photos');
/** Runs of a model that makes images larger, and of one by class. */
const runs = { larger: '', classes: '' };

test.before(async () => {
  await writeAll(join(photos, 'train'), { 'a.png': 0, 'b.png': 100, 'c.png': 200 });
  const configs = { larger: [superResolution, `data.params.train.params.root=${photos}`], classes: [tinyConfig] };
  for (const [name, words] of Object.entries(configs)) {
    const { code, stderr } = await ldm(['run', ...words, '-l', join(folder, name), '--max_steps', '1']);
    assert.is(code, 0, stderr);
    runs[name as keyof typeof runs] = join(folder, name, readdirSync(join(folder, name))[0] ?? '');
  }
});

interface Drawn {
  readonly shape: readonly number[];
  readonly parameters: readonly Readonly<Record<string, unknown>>[];
  readonly grid: { readonly width: number; readonly height: number; readonly bytes: Buffer };
}

async function drawn(run: string, ...flags: string[]): Promise<Drawn> {
  const out = join(folder, 'out', flags.join(' ').replaceAll(/\W+/g, '_'));
  const { code, stderr } = await ldm(['sample', run, '--steps', '2', '--eta', '0', ...flags, '-o', out]);
  assert.is(code, 0, stderr);
  const tensor = readSafetensors(join(out, 'samples.safetensors')).tensors.get('samples');
  assert.ok(tensor);
  const parameters = readdirSync(out)
    .filter((name) => /^\d+\.png$/.test(name))
    .sort()
    .map((name) => JSON.parse(pngTexts(readFileSync(join(out, name))).parameters ?? '') as Record<string, unknown>);
  const { data, info } = await sharp(join(out, 'grid.png')).raw().toBuffer({ resolveWithObject: true });
  return { shape: tensor.shape, parameters, grid: { ...info, bytes: data } };
}

async function refused(...args: string[]): Promise<string> {
  const out = join(folder, 'none');
  const { code, stderr } = await ldm(['sample', ...args, '-o', out]);
  assert.is(code, 2, stderr);
  assert.not(existsSync(out), 'nothing is left behind');
  return stderr;
}

test('one image for all samples, a folder for a row of each', async () => {
  const small = join(photos, 'train/b.png');
  const { shape, parameters, grid } = await drawn(runs.larger, '--condition', small, '-n', '3');
  assert.equal(shape, [3, 3, 8, 8]);
  assert.equal(
    parameters.map(({ condition }) => condition),
    [small, small, small],
  );
  // The condition, as large as a sample, and then these.
  assert.equal([grid.width, grid.height], [4 * 10 + 2, 10 + 2]);
  assert.is(grid.bytes[3 * (5 * grid.width + 5)], 100);

  const all = await drawn(runs.larger, '--condition', join(photos, 'train'), '-n', '2');
  assert.equal(all.shape, [6, 3, 8, 8]);
  assert.equal(
    all.parameters.map(({ condition }) => String(condition).slice(-5)),
    ['a.png', 'a.png', 'b.png', 'b.png', 'c.png', 'c.png'],
  );
  assert.equal([all.grid.width, all.grid.height], [3 * 10 + 2, 3 * 10 + 2]);
  assert.equal(
    [0, 1, 2].map((row) => all.grid.bytes[3 * ((10 * row + 5) * all.grid.width + 5)]),
    [0, 100, 200],
  );
});

test('the first examples of the data, each with its own condition', async () => {
  const { shape, parameters, grid } = await drawn(runs.larger, '--condition_from', 'train', '-n', '2');
  assert.equal(shape, [2, 3, 8, 8]);
  assert.equal(
    parameters.map(({ condition_from: set, example }) => [set, example]),
    [
      ['train', 0],
      ['train', 1],
    ],
  );
  // Pairs of a condition and its image, here one in a row.
  assert.equal([grid.width, grid.height], [2 * 10 + 2, 2 * 10 + 2]);
  assert.equal(
    [0, 1].map((row) => grid.bytes[3 * ((10 * row + 5) * grid.width + 5)]),
    [0, 100],
  );
});

test('labels of the data are conditions too', async () => {
  const { shape, parameters } = await drawn(runs.classes, '--condition_from', 'validation', '-n', '3');
  assert.equal(shape, [3, 1, 32, 32]);
  assert.equal(
    parameters.map(({ example }) => example),
    [0, 1, 2],
  );
});

test('an interpolation goes along a row of one condition', async () => {
  const all = await drawn(runs.larger, '--condition', join(photos, 'train'), '--interpolate', '2');
  assert.equal(all.shape, [6, 3, 8, 8]);
  assert.equal([all.grid.width, all.grid.height], [3 * 10 + 2, 3 * 10 + 2]);
});

test('what is missing, or does not go together, is said before anything is made', async () => {
  assert.match(
    await refused(runs.larger),
    /the model draws under a condition, LR_image\n.*--condition FILE, an image; scaled and cut to 4×4 pixels; or --condition_from train/,
  );
  assert.match(
    await refused(runs.larger, '--condition', photos, '--condition_from', 'train'),
    /one condition\n.*--condition and --condition_from/,
  );
});

test.run();
