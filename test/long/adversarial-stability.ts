/**
 * Whether an autoencoder stays trained once its discriminator has begun: trains configs/autoencoder/mnist-kl.yaml for
 * 5,000 steps, or takes the run folder that is given, holds what it logged against bounds and draws the curves.
 * `npm run check:adversary [RUN]`, a quarter of an hour; writes adversarial-stability.svg.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';
import { curvesSvg, type Curve } from '../support/curves-svg.js';

const STEPS = 5000;
const PLOT = 'adversarial-stability.svg';

/** What a training that falls apart leaves behind. */
const BOUNDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  'train/d_weight': [0, 10_000], // the published clamp
  'train/logits_real': [-10, 10],
  'train/logits_fake': [-10, 10],
  'train/disc_loss': [0, 5],
  'train/g_loss': [-10, 10],
  'train/rec_loss': [0, 0.7],
  'train/kl_loss': [0, 5_000],
};

type Row = Readonly<Record<string, number>>;

function trained(): string {
  const logdir = temporaryFolder();
  const args = ['bin/ldm.mjs', 'run', 'configs/autoencoder/mnist-kl.yaml', '--max_steps', String(STEPS), '-l', logdir];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the training ended with ${String(status)}`);
  return join(logdir, readdirSync(logdir)[0] ?? '');
}

const run = process.argv[2] ?? trained();
const rows = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);
const curves: Curve[] = Object.keys(BOUNDS).map((name) => ({
  name,
  points: rows.flatMap(({ step = NaN, [name]: value }) => (value === undefined ? [] : [[step, value] as const])),
}));
writeFileSync(PLOT, curvesSvg(curves));

let failures = 0;
for (const { name, points } of curves) {
  const values = points.map(([, value]) => value);
  const [least = NaN, most = NaN] = BOUNDS[name] ?? [];
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const isWithin = values.length > 0 && min >= least && max <= most;
  if (!isWithin) failures++;
  const digits = (value: number): string => value.toPrecision(3);
  console.log(`${isWithin ? 'ok  ' : 'FAIL'} ${name}: ${digits(min)} to ${digits(max)}, allowed ${least} to ${most}`);
}
// What the discriminator was added for must not cost what was learned before.
const [before = NaN, after = NaN] = [
  rows.find((row) => 'val/psnr' in row),
  rows.findLast((row) => 'val/psnr' in row),
].map((row) => row?.['val/psnr']);
const keeps = after >= before;
if (!keeps) failures++;
console.log(`${keeps ? 'ok  ' : 'FAIL'} val/psnr: ${before.toFixed(2)} dB at first, ${after.toFixed(2)} dB at the end`);
console.log(`${rows.at(-1)?.step ?? 0} steps; curves in ${PLOT}`);
process.exitCode = failures > 0 ? 1 : 0;
