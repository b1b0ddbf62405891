/**
 * Trains `configs/latent-diffusion/celebahq.yaml`, the whole network of 274 million parameters, by the user's own command at
 * batch size 1: 20 steps on a folder of pictures, with a first stage that PyTorch wrote in the published layout; once
 * without a stop, once killed with SIGKILL and gone on with. Then it draws from it. Fails where a loss is not finite, where
 * the run that was killed comes out otherwise, bit for bit, or where a process ever took 16 GiB. `npm run check:celebahq`
 * takes about a quarter of an hour on two cores, and 25 GB of disk; the folder it works in may be given:
 * `npm run check:celebahq -- /tmp/celebahq` leaves it there, with the run and the samples.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as assert from 'uvu/assert';
import { bytesOf } from '../../src/io/host-tensor.js';
import { OpenFile } from '../../src/io/open-file.js';
import { openSafetensors } from '../../src/io/safetensors.js';
import { ldm, repository, type CommandResult } from '../support/command.js';
import { watchPeakMemory } from '../support/peak-memory.js';
import { writePhotographs } from '../support/photographs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STEPS = 20;
/** Images and a checkpoint are due at each of these, and a validation. */
const EVERY = 10;
/** The run that is killed has this step behind it then, and its last checkpoint too. */
const KILLED_AFTER = 13;
const MOST_BYTES = 16 * 2 ** 30;
const IMAGES = 42;

const [given] = process.argv.slice(2);
const work = given === undefined ? temporaryFolder() : resolve(given);
const config = join(repository, 'configs/latent-diffusion/celebahq.yaml');
const small = { ddim_steps: 4, inpaint: false, quantize_denoised: false, plot_progressive_rows: false };
const words = [
  ...['run', config, 'data.params.batch_size=1', '--resume', 'auto'],
  ...['--max_steps', String(STEPS), '--log_every_n_steps', '1', '--val_check_interval', String(EVERY)],
  ...['--limit_val_batches', '2'],
  `+lightning.modelcheckpoint={params: {every_n_train_steps: ${EVERY}, save_top_k: 0}}`,
  `lightning.callbacks.image_logger.params.batch_frequency=${EVERY}`,
  `+lightning.callbacks.image_logger.params.log_images_kwargs=${JSON.stringify(small)}`,
];

// Of an earlier check: its runs would be gone on with.
for (const name of ['whole', 'killed', 'samples']) rmSync(join(work, name), { recursive: true, force: true });
mkdirSync(work, { recursive: true });
await writePhotographs(join(work, 'data/celebahq'), IMAGES);
writeFirstStage(join(work, 'models/first_stage_models/vq-f4/model.ckpt'));

await trained('never stopped', 'whole');
const whole = runIn('whole');
const sums = checksums(join(whole, 'checkpoints/last.ckpt'));
rmSync(join(whole, 'checkpoints'), { recursive: true });

await trained('killed', 'killed', async () => {
  while (lastStep('killed') < KILLED_AFTER) await sleep(100);
});
const actual = await trained('gone on with', 'killed');
assert.match(actual.stderr, new RegExp(`resume auto: .*last\\.ckpt, step ${EVERY}\n`));
const killed = runIn('killed');
assert.equal(checksums(join(killed, 'checkpoints/last.ckpt')), sums, 'weights, averages and moments');
assert.equal(logged(killed), logged(whole), 'what was logged');
console.log(`killed after step ${KILLED_AFTER} and gone on with: ${sums.size} tensors and every logged value the same`);

const samples = join(work, 'samples');
await measured('sample', ['sample', killed, '--steps', '10', '--count', '4', '--batch_size', '2', '--out', samples]);
assert.equal(readdirSync(samples).sort(), [
  ...[0, 1, 2, 3].map((i) => `0000${i}.png`),
  'grid.png',
  'samples.safetensors',
]);
if (given !== undefined) console.log(`to look at: ${join(samples, 'grid.png')}, ${join(killed, 'images')}`);

/** Runs the command, or kills it once `until` is over, and holds what it took against the limit. */
async function measured(what: string, args: readonly string[], until?: () => Promise<void>): Promise<CommandResult> {
  const began = performance.now();
  let watch: Promise<number> | undefined;
  const result = await ldm(args, {
    cwd: work,
    whileRunning: async (child) => {
      watch = watchPeakMemory(child);
      const ended = new Promise((end) => child.once('exit', end));
      await Promise.race([until?.() ?? ended, ended]);
      child.kill('SIGKILL');
    },
  });
  const peak = (await watch) ?? NaN;
  const seconds = (performance.now() - began) / 1000;
  console.log(`${what}: ${seconds.toFixed(0)} s, peak RSS ${(peak / 2 ** 30).toFixed(2)} GiB`);
  if (until === undefined && result.code !== 0)
    throw new Error(`${what}: exit code ${String(result.code)}\n${result.stderr}`);
  // Not a number where the system does not say.
  if (peak > MOST_BYTES) throw new Error(`${what}: more than ${MOST_BYTES / 2 ** 30} GiB of memory`);
  return result;
}

async function trained(what: string, logdir: string, until?: () => Promise<void>): Promise<CommandResult> {
  const result = await measured(what, [...words, '-l', join(work, logdir)], until);
  if (until === undefined) report(runIn(logdir), result.stderr);
  return result;
}

/** Says what a run of all steps took, and holds its losses to be numbers. */
function report(run: string, stderr: string): void {
  console.log(
    stderr
      .split('\n')
      .filter((line) => /^(config|engine|model|data|split|learning rate) /.test(line))
      .join('\n'),
  );
  const lines = metrics(run);
  const losses = lines.flatMap(({ 'train/loss_step': loss }) => loss ?? []);
  assert.ok(losses.length === STEPS && losses.every(Number.isFinite), `losses ${losses.join(' ')}`);
  const times = lines.flatMap(({ 'train/loss_step': loss, time }) => (loss === undefined ? [] : (time ?? [])));
  const steps = times.slice(1).map((time, i) => time - (times[i] ?? NaN));
  const middle = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? NaN;
  const checkpoint = join(run, 'checkpoints/last.ckpt');
  const { size, ctimeMs } = statSync(checkpoint);
  const images = join(run, 'images/train');
  const drawn = Math.max(...readdirSync(images).map((name) => statSync(join(images, name)).mtimeMs));
  console.log(
    `losses ${losses.map((loss) => loss.toFixed(3)).join(' ')}\n` +
      `${middle.toFixed(2)} s a step; checkpoint ${(size / 1e9).toFixed(2)} GB in ${((ctimeMs - drawn) / 1000).toFixed(1)} s`,
  );
}

interface Line extends Partial<Record<string, number>> {
  readonly step?: number;
  readonly time?: number;
}

function metrics(run: string): Line[] {
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Line);
}

function logged(run: string): Line[] {
  return metrics(run).map((line) => ({ ...line, time: 0 }));
}

function runIn(logdir: string): string {
  return join(work, logdir, readdirSync(join(work, logdir))[0] ?? '');
}

/** The last step that the run has logged, 0 before. */
function lastStep(logdir: string): number {
  try {
    return metrics(runIn(logdir)).at(-1)?.step ?? 0;
  } catch {
    return 0;
  }
}

/** What every tensor of a checkpoint holds, by name, read one at a time. */
function checksums(checkpoint: string): Map<string, string> {
  const file = new OpenFile(checkpoint);
  try {
    const { tensors, read } = openSafetensors(file);
    return new Map(
      [...tensors.keys()].map((name) => [
        name,
        createHash('sha256')
          .update(bytesOf(read(name)))
          .digest('hex'),
      ]),
    );
  } finally {
    file.close();
  }
}

/** By PyTorch, as the published file was. @throws Error where there is no PyTorch */
function writeFirstStage(path: string): void {
  const published = JSON.parse(
    gunzipSync(readFileSync(join(repository, 'test/fixtures/golden/state_dicts.json.gz'))).toString(),
  ) as Record<string, Record<string, { state_dict: object }>>;
  const shapes = published['models/first_stage_models/vq-f4/config.yaml']?.model?.state_dict;
  if (!shapes) throw new Error('state_dicts.json.gz has no vq-f4');
  mkdirSync(join(path, '..'), { recursive: true });
  const script = fileURLToPath(new URL('write-first-stage.py', import.meta.url));
  const python = process.env.LDM_PYTHON ?? 'python3';
  const { status, stderr, error } = spawnSync(python, [script, path], {
    input: JSON.stringify(shapes),
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(
    `${python} cannot write a checkpoint; name one that has PyTorch: LDM_PYTHON=…\n${error?.message ?? stderr}`,
  );
}
