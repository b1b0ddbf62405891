/**
 * Trains `configs/ddpm/mnist.yaml` for 200 steps in float32 with two seeds and in bf16-mixed with the first one, and holds
 * the distance of the mixed loss curve from that of float32 against the one between the seeds. `npm run check:precision`;
 * with `LDM_PRECISION_STEPS=1000` longer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ldm } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const STEPS = Number(process.env.LDM_PRECISION_STEPS ?? 200);
/** Steps that one point of a smoothed curve is the mean of: single losses depend on the timesteps drawn most of all. */
const WINDOW = 20;
const [SEED, OTHER_SEED] = [23, 24];

/** The loss of every step, by the command that a user types. */
async function losses(precision: string, seed: number): Promise<number[]> {
  const logdir = temporaryFolder();
  const words = ['run', 'configs/ddpm/mnist.yaml', '~lightning.callbacks.image_logger', '-l', logdir];
  const options = { precision, seed, max_steps: STEPS, log_every_n_steps: 1, limit_val_batches: 0 };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, stderr } = await ldm([...words, ...flags]);
  if (code !== 0) throw new Error(stderr);
  const metrics = readFileSync(join(logdir, readdirSync(logdir)[0] ?? '', 'metrics.jsonl'), 'utf8');
  const logged = metrics
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Record<string, number>)['train/loss_step'])
    .filter((loss) => loss !== undefined);
  if (logged.length !== STEPS) throw new Error(`${logged.length} losses of ${STEPS} steps were logged`);
  return logged;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of each window of consecutive steps. */
function smoothed(values: readonly number[]): number[] {
  return Array.from({ length: values.length - WINDOW + 1 }, (_, i) => mean(values.slice(i, i + WINDOW)));
}

/** The mean distance of two curves. */
function distance(a: readonly number[], b: readonly number[]): number {
  return mean(a.map((value, i) => Math.abs(value - (b[i] ?? NaN))));
}

if (!(STEPS >= 2 * WINDOW)) throw new Error(`${STEPS} steps are too few to smooth over ${WINDOW}`);
const exact = smoothed(await losses('32', SEED));
const other = smoothed(await losses('32', OTHER_SEED));
const mixed = smoothed(await losses('bf16-mixed', SEED));

const curves = { '32': exact, [`32, seed ${OTHER_SEED}`]: other, 'bf16-mixed': mixed };
for (const [name, curve] of Object.entries(curves)) {
  const points = curve.filter((_, i) => i % 40 === 0 || i === curve.length - 1);
  console.log(`${name.padEnd(12)} ${points.map((loss) => loss.toFixed(4)).join('  ')}`);
}
const [fromFloat32, fromOtherSeed] = [distance(mixed, exact), distance(other, exact)];
const final = Math.abs((mixed.at(-1) ?? NaN) / (exact.at(-1) ?? NaN) - 1);
console.log(
  `bf16-mixed is ${fromFloat32.toExponential(2)} from float32 on average, another seed ${fromOtherSeed.toExponential(2)}; ` +
    `the last ${WINDOW} losses differ by ${(100 * final).toFixed(2)}%`,
);
// No distance at all would mean that it was float32 that ran.
process.exitCode = fromFloat32 > 0 && fromFloat32 <= fromOtherSeed ? 0 : 1;
