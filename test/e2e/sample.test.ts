import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pngTexts } from '../../src/io/png-text.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { ldmHere, repository, tinyConfig, tinyScheduler } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { writeAll } from '../support/write-images.js';

const test = suite('ldm sample');

const folder = temporaryFolder();
/** A run with classes, and one that has also learned to do without. */
const runs = { plain: '', guided: '' };

test.before(async () => {
  const guided = [
    'model.params.unet_config.params.num_classes=11',
    '+model.params.ucg_training.class_label={p: 0.5, val: 10}',
  ];
  for (const [name, overrides] of Object.entries({ plain: [], guided })) {
    const { code, stderr } = await ldmHere([
      'run',
      tinyConfig,
      ...overrides,
      '-l',
      join(folder, name),
      '--max_steps',
      '2',
    ]);
    assert.is(code, 0, stderr);
    runs[name as keyof typeof runs] = join(folder, name, readdirSync(join(folder, name))[0] ?? '');
  }
});

interface Drawn {
  readonly names: readonly string[];
  readonly shape: readonly number[];
  readonly values: Float32Array;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly grid: { readonly width: number; readonly height: number };
}

async function drawn(run: string, ...flags: string[]): Promise<Drawn> {
  const out = join(folder, 'out', flags.join(' ').replaceAll(/\W+/g, '_'));
  const { code, stderr } = await ldmHere(['sample', run, '--steps', '5', ...flags, '-o', out]);
  assert.is(code, 0, stderr);
  const tensor = readSafetensors(join(out, 'samples.safetensors')).tensors.get('samples');
  assert.ok(tensor?.dtype === 'F32');
  const png = readFileSync(join(out, '00001.png'));
  const parameters = JSON.parse(pngTexts(png).parameters ?? '') as Record<string, unknown>;
  const { width, height } = await sharp(join(out, 'grid.png')).metadata();
  return {
    names: readdirSync(out).sort(),
    shape: tensor.shape,
    values: tensor.data,
    parameters,
    grid: { width, height },
  };
}

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await ldmHere(['sample', ...args]);
  assert.is(code, 2, stderr);
  return stderr;
}

test('the grid, single pictures and the tensors, by class; the same seed draws the same', async () => {
  const first = await drawn(runs.plain, '--class', '7', '-n', '3');
  assert.equal(first.names, ['00000.png', '00001.png', '00002.png', 'grid.png', 'samples.safetensors']);
  assert.equal(first.shape, [3, 1, 32, 32]);
  assert.equal((await drawn(runs.plain, '--class', '7', '-n', '3')).values, first.values);
  const { checkpoint, ...parameters } = first.parameters;
  assert.match(String(checkpoint), /last\.ckpt$/);
  assert.equal(parameters, {
    ...{ step: 2, seed: 23, batch_size: 80, steps: 5, sampler: 'ddim', eta: 1, discretize: 'uniform', temperature: 1 },
    ...{ cfg_scale: 1, image: 1, class: 7 },
  });
});

test('another sampler by its name', async () => {
  for (const sampler of ['ddpm', 'dpm-solver++']) {
    const { shape, parameters } = await drawn(runs.plain, '--sampler', sampler, '--class', '1', '-n', '2');
    assert.equal([shape, parameters.sampler], [[2, 1, 32, 32], sampler]);
  }
});

test('a scheduler of diffusers by its file; one of another schedule is refused', async () => {
  const args = ['--sampler', tinyScheduler, '--class', '1', '-n', '2'];
  const { shape, parameters } = await drawn(runs.plain, ...args);
  assert.equal([shape, parameters.sampler, parameters.eta], [[2, 1, 32, 32], tinyScheduler, 0]);
  assert.is((parameters.scheduler as { params: { steps_offset: number } }).params.steps_offset, 1);
  assert.not('discretize' in parameters);
  const classic = join(repository, 'configs/classic/ddim-scheduler.yaml');
  assert.match(
    await refused(runs.plain, '--sampler', classic),
    /ddim-scheduler\.yaml: num_train_timesteps: is not as the model was trained\n.*300\n.*20, the timesteps of the model/,
  );
  assert.match(
    await refused(runs.plain, ...args, '--discretize', 'quad'),
    /--discretize: means nothing beside --sampler/,
  );
});

test('guidance changes the images of a model that was trained for it, and is refused of another', async () => {
  const args = ['--class', '3', '-n', '2', '--eta', '0'];
  const plain = await drawn(runs.guided, ...args);
  assert.not.equal((await drawn(runs.guided, ...args, '--cfg_scale', '3')).values, plain.values);
  assert.match(
    await refused(runs.plain, '--cfg_scale', '3'),
    /--cfg_scale: guidance takes a model that has also learned/,
  );
  // The label of no class is none to ask for.
  assert.match(await refused(runs.guided, '--class', '10'), /--class: there is no such class\n.*\n.*0 to 9/);
});

test('paints around what is given, which stays bit for bit; begins with an image', async () => {
  const images = temporaryFolder();
  await writeAll(images, { 'photo.png': 204 });
  const mask = join(images, 'mask.png');
  const left = { create: { width: 16, height: 32, channels: 3 as const, background: 'white' } };
  await sharp({ create: { width: 32, height: 32, channels: 3, background: 'black' } })
    .composite([{ input: await sharp(left).png().toBuffer(), left: 0, top: 0 }])
    .png()
    .toFile(mask);
  const photo = join(images, 'photo.png');
  const common = ['--class', '3', '-n', '2'];
  const { values } = await drawn(runs.plain, '--inpaint', photo, mask, ...common);
  const given = Math.fround(Math.fround(204 / 127.5) - 1);
  const kept = [...values].filter((_, i) => i % 32 >= 16);
  assert.ok(kept.every((value) => Math.abs(value - given) < 1e-6));
  assert.ok([...values].some((value, i) => i % 32 < 16 && Math.abs(value - given) > 0.01));

  const weak = await drawn(runs.plain, '--init', photo, '--strength', '0.2', ...common);
  const strong = await drawn(runs.plain, '--init', photo, '--strength', '1', ...common);
  const distance = ({ values: drawnValues }: Drawn): number =>
    drawnValues.reduce((sum, value) => sum + Math.abs(value - given), 0);
  assert.ok(distance(weak) < distance(strong));
  assert.is(weak.parameters.strength, 0.2);

  assert.match(await refused(runs.plain, '--inpaint', photo), /--inpaint: takes two images/);
  assert.match(await refused(runs.plain, '--inpaint', photo, join(images, 'none.png')), /none\.png: .*no such file/);
  assert.match(await refused(runs.plain, photo), /one run at a time/);
  assert.match(await refused(runs.plain, '--strength', '0.5'), /--strength: means nothing without --init IMAGE/);
});

test('interpolates from noise to noise, a row for each class', async () => {
  const { shape, grid, parameters } = await drawn(runs.plain, '--interpolate', '3', '-n', '2');
  assert.equal(shape, [6, 1, 32, 32]);
  assert.equal(grid, { width: 3 * 34 + 2, height: 2 * 34 + 2 });
  assert.equal([parameters.eta, parameters.class], [0, 0]);
  assert.match(await refused(runs.plain, '--interpolate', '3', '--eta', '1'), /no other noise may come in between/);
});

test('a file of weights is drawn from by the configuration beside it, or one that is named', async () => {
  const models = join(folder, 'models');
  mkdirSync(models);
  const weights = join(models, 'model.pt');
  const { code, stderr } = await ldmHere(['convert', join(runs.plain, 'checkpoints/last.ckpt'), weights]);
  assert.is(code, 0, stderr);
  assert.match(
    await refused(weights),
    /model\.pt: is no checkpoint of a run[^]*models\/config\.yaml, or --config FILE/,
  );
  const common = ['--class', '7', '-n', '2', '--seed', '4'];
  const { values } = await drawn(runs.plain, ...common);
  const named = join(folder, 'named.yaml');
  const configs = join(runs.plain, 'configs');
  const project = readdirSync(configs).find((name) => name.endsWith('project.yaml')) ?? '';
  copyFileSync(join(configs, project), named);
  const byName = await drawn(weights, ...common, '--config', named);
  assert.equal(byName.values, values);
  assert.not.ok('step' in byName.parameters, 'which the file does not say');
  copyFileSync(named, join(models, 'config.yaml'));
  assert.equal((await drawn(weights, ...common, '--eta', '1')).values, values);
  assert.match(
    await refused(runs.plain, '--config', named),
    /--config: a checkpoint of a run has a configuration of its/,
  );
  const { tensors } = readSafetensors(join(runs.plain, 'checkpoints/last.ckpt'));
  const own = [...tensors].filter(([name]) => !name.startsWith('optimizer_states.'));
  const without = (prefix: string): string => {
    const path = join(folder, `without-${prefix}.safetensors`);
    writeSafetensors(path, new Map(own.filter(([name]) => !name.startsWith(prefix))), {});
    return path;
  };
  const pruned = await refused(without('model_ema.'), '--config', named);
  assert.match(pruned, /lacks \d+ of the weights of this model\n.*no model_ema\.[^]*set model\.params\.use_ema: false/);
  assert.match(
    await refused(without('model.'), '--config', named),
    /lacks \d+ of the weights of this model\n.*no model\./,
  );
});

test('mistakes are found before an image is drawn, and leave nothing behind', async () => {
  const out = join(folder, 'none');
  assert.match(await refused(runs.plain, '--prompt', 'a cat', '-o', out), /--prompt: the model takes no texts/);
  assert.match(await refused(runs.plain, '--sampler', 'dpm', '-o', out), /did you mean: +ddpm/);
  assert.match(await refused(runs.plain, '--steps', '21', '-o', out), /--steps: more than the diffusion has/);
  assert.match(await refused(runs.plain, '--init', join(folder, 'none.png'), '-o', out), /none\.png: .*no such file/);
  assert.match(await refused(runs.plain, '--cfg_scale', '3', '-o', out), /--cfg_scale: guidance takes a model/);
  assert.not(existsSync(out));
});

test.run();
