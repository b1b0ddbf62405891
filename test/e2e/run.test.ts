import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readSafetensors, readSafetensorsHeader } from '../../src/io/safetensors.js';
import { ldm, ldmHere, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm run');

/** The one run folder that a test's command made. */
function onlyRun(logdir: string): string {
  const [run, ...others] = readdirSync(logdir);
  assert.equal(others, [], 'one run folder');
  return join(logdir, run ?? '');
}

type Logged = Record<string, unknown> & { step: number };

/** What a run logged, without the times, by step and name. */
function metricsOf(run: string): Record<string, unknown> {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const metrics: Record<string, unknown> = {};
  for (const { step, ...values } of lines.map((line) => JSON.parse(line) as Logged)) {
    for (const [name, value] of Object.entries(values)) {
      if (name !== 'time') metrics[`${step} ${name}`] = value;
    }
  }
  return metrics;
}

async function whenThere(path: string): Promise<void> {
  while (!existsSync(path)) await sleep(5);
}

const checkpoint = (run: string): string => join(run, 'checkpoints', 'last.ckpt');

test('trains, and leaves a checkpoint, grids, event files, metrics, configs and a log', async () => {
  const logdir = temporaryFolder();
  const { code, stderr } = await ldm(['run', tinyConfig, '-l', logdir, '-n', 'first']);
  assert.is(code, 0, stderr);
  const run = onlyRun(logdir);
  assert.match(run, /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_tiny_first$/);
  const files = (folder: string) => readdirSync(join(run, folder)).sort();
  assert.equal(files('images/train'), [
    'denoise_row_gs-000006_e-000001_b-000001.png',
    'denoise_row_gs-000012_e-000002_b-000002.png',
    'diffusion_row_gs-000006_e-000001_b-000001.png',
    'diffusion_row_gs-000012_e-000002_b-000002.png',
    'inputs_gs-000006_e-000001_b-000001.png',
    'inputs_gs-000012_e-000002_b-000002.png',
    'samples_gs-000006_e-000001_b-000001.png',
    'samples_gs-000012_e-000002_b-000002.png',
  ]);
  // The best three by the model's monitor, val/loss, of as many validations.
  assert.equal(files('checkpoints'), [
    'epoch=000000.ckpt',
    'epoch=000001.ckpt',
    'epoch=000002.ckpt',
    'last.ckpt',
    'previous.ckpt',
  ]);
  assert.match(files('tensorboard').join(), /^events\.out\.tfevents\./);
  assert.match(files('configs').join(), /-lightning\.yaml,.*-project\.yaml$/);
  const metrics = metricsOf(run);
  assert.type(metrics['12 train/loss_step'], 'number');
  assert.type(metrics['12 val/loss_simple_ema'], 'number');
  assert.type(metrics['5 train/loss_epoch'], 'number');
  assert.is(metrics['12 lr'], 4e-4);
  const { seed, engine, device } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as Record<string, unknown>;
  assert.is(seed, 23);
  assert.match(String(device), /^(cpu|cuda:\d+)$/);
  assert.match(
    readFileSync(join(run, 'log.txt'), 'utf8'),
    new RegExp(`Z {2}engine +${String(engine)} \\(.+\\), ${String(device)}, \\d+ threads`),
  );
  assert.match(readFileSync(join(run, 'log.txt'), 'utf8'), /step 12\/12 {2}100%/);
});

test("CompVis's command line as it is", async () => {
  const logdir = temporaryFolder();
  const line = ['--base', tinyConfig, '-t', '--gpus', '0,', '--scale_lr', 'False', '--accelerator', 'ddp', '-n', '001'];
  const { code, stderr } = await ldmHere(['run', ...line, '--benchmark', '--max_steps=2', '--no-test', '-l', logdir]);
  assert.is(code, 0, stderr);
  assert.match(onlyRun(logdir), /_tiny_001$/);
  assert.match(stderr, /learning rate {2}1\.00e-4 \(base_learning_rate, not scaled\)/);
  assert.match(stderr, /note: lightning\.trainer\.benchmark has no effect: the engine chooses its algorithms itself/);
  assert.match(
    stderr,
    /engine +\w+ \(.+\), cuda:0|warning: GPU 0 was asked for and the engine sees none: training without/,
  );
});

test('accumulated gradients count in the rate and in the steps; the best checkpoints are kept', async () => {
  const logdir = temporaryFolder();
  const flags = [
    '--accumulate_grad_batches',
    '2',
    '--gradient_clip_val',
    '1',
    '--max_epochs',
    '2',
    '--max_steps',
    '-1',
  ];
  const monitor = 'model.params.monitor=val/loss_simple_ema';
  const args = ['run', tinyConfig, ...flags, monitor, '--lightning.modelcheckpoint.params.every_n_train_steps=null'];
  const { code, stderr } = await ldmHere([...args, '-l', logdir]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /8\.00e-4 = 2 \(accumulate_grad_batches\) \* 1 \(devices\) \* 4 \(batch_size\)/);
  // 18 examples are five batches of four: three steps an epoch.
  assert.match(stderr, /done +step 6, epoch 2/);
  const kept = readdirSync(join(onlyRun(logdir), 'checkpoints')).sort();
  assert.equal(kept.slice(-2), ['last.ckpt', 'previous.ckpt']);
  assert.ok(kept.length > 2 && kept.length <= 5, kept.join());
});

test('--fast_dev_run looks whether all works, and keeps nothing but pictures', async () => {
  const logdir = temporaryFolder();
  const { code, stderr } = await ldmHere(['run', '--fast_dev_run', tinyConfig, '-l', logdir]);
  assert.is(code, 0, stderr);
  assert.match(stderr, /done +step 1, epoch 1/);
  assert.equal(readdirSync(join(onlyRun(logdir), 'checkpoints')), []);
  assert.not.ok(existsSync(join(onlyRun(logdir), 'metrics.jsonl')));
});

test('--resume_from_checkpoint begins a new run; --resume keeps the name of its own', async () => {
  const logdir = temporaryFolder();
  await ldmHere(['run', tinyConfig, '-l', logdir, '--max_steps', '2']);
  const last = checkpoint(onlyRun(logdir));
  const named = await ldmHere(['run', '-r', last, '-n', 'other']);
  assert.is(named.code, 2);
  assert.match(named.stderr, /--name: the run goes on in its own folder, which has a name/);
  const begun = await ldmHere([
    'run',
    tinyConfig,
    '-l',
    logdir,
    '-n',
    'other',
    '--resume_from_checkpoint',
    last,
    '--max_steps',
    '4',
  ]);
  assert.is(begun.code, 0, begun.stderr);
  assert.match(begun.stderr, /done +step 4,/);
  assert.is(readdirSync(logdir).length, 2);
});

test('killed after a checkpoint and resumed, logs and ends as if it had never stopped', async () => {
  const [whole, broken] = [temporaryFolder(), temporaryFolder()];
  const uninterrupted = await ldm(['run', tinyConfig, '-l', whole]);
  assert.is(uninterrupted.code, 0, uninterrupted.stderr);
  const killed = await ldm(['run', tinyConfig, '-l', broken], {
    whileRunning: async (child) => {
      while (!existsSync(broken) || readdirSync(broken).length === 0) await sleep(5);
      await whenThere(checkpoint(onlyRun(broken)));
      child.kill('SIGKILL');
    },
  });
  assert.is(killed.signal, 'SIGKILL');
  const run = onlyRun(broken);
  const resumed = await ldm(['run', '--resume', run]);
  assert.is(resumed.code, 0, resumed.stderr);
  assert.equal(metricsOf(run), metricsOf(onlyRun(whole)));
  const weights = (of: string) => [...readSafetensors(checkpoint(of)).tensors];
  assert.equal(weights(run), weights(onlyRun(whole)));
});

test('Ctrl-C finishes the step, saves and exits with 130; the run goes on from there', async () => {
  const logdir = temporaryFolder();
  const stopped = await ldm(['run', tinyConfig, '-l', logdir, '--max_steps', '100000'], {
    whileRunning: async (child) => {
      while (!existsSync(logdir) || readdirSync(logdir).length === 0) await sleep(5);
      await whenThere(checkpoint(onlyRun(logdir)));
      child.kill('SIGINT');
    },
  });
  assert.is(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /SIGINT: finishing this step and saving; once more to stop at once/);
  const run = onlyRun(logdir);
  const [, step] = /stopped by SIGINT {2}step (\d+)/.exec(stopped.stderr) ?? [];
  const state = readSafetensorsHeader(checkpoint(run)).metadata.ldm_runner ?? '{}';
  assert.is((JSON.parse(state) as { progress: { globalStep: number } }).progress.globalStep, Number(step));
  const resumed = await ldmHere(['run', '-r', run, '--max_steps', String(Number(step) + 2)]);
  assert.is(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, new RegExp(`done +step ${Number(step) + 2},`));
});

test('a checkpoint alone, outside its run folder, can be gone on with', async () => {
  const logdir = temporaryFolder();
  await ldmHere(['run', tinyConfig, '-l', logdir, '--max_steps', '4']);
  const resumed = await ldmHere(['run', '-r', checkpoint(onlyRun(logdir)), '--max_steps', '6', '-l', logdir]);
  assert.is(resumed.code, 0, resumed.stderr);
});

test('parameters and whole networks are swapped from the command line and in the YAML', async () => {
  const logdir = temporaryFolder();
  const unet = 'model.params.unet_config';
  const swapped = await ldmHere([
    'run',
    tinyConfig,
    `~${unet}`,
    `+${unet}={target: BasicUNet}`,
    'model.params.conditioning_key=null',
    '--max_steps',
    '2',
    '-l',
    logdir,
    '-n',
    'basic',
  ]);
  assert.is(swapped.code, 0, swapped.stderr);
  const wider = await ldmHere([
    'run',
    tinyConfig,
    `${unet}.params.model_channels=16`,
    '--max_steps',
    '2',
    '-l',
    logdir,
  ]);
  assert.is(wider.code, 0, wider.stderr);
  const runs = readdirSync(logdir).map((name) => join(logdir, name));
  const shapes = (suffix: string) => {
    const { entries } = readSafetensorsHeader(checkpoint(runs.find((run) => run.endsWith(suffix)) ?? ''));
    return new Map([...entries].map(([name, { shape }]) => [name, shape]));
  };
  assert.equal(shapes('_basic').get('model.diffusion_model.down_layers.0.weight'), [32, 1, 5, 5]);
  assert.equal(shapes('_tiny').get('model.diffusion_model.input_blocks.0.0.weight'), [16, 1, 3, 3]);
});

test.run();
