/**
 * How many of a class-conditional model's digits are what they were asked to be: draws 50 of each by `ldm sample` and has a
 * classifier, itself trained on MNIST, read them; fails when fewer than 95% are read as asked. Arguments that are not its
 * own go to `ldm sample`:
 *
 *   npm run check:classes -- --run RUN --classifier RUN --cfg_scale 3 --steps 50
 *
 * Without `--run` it trains a model by `--config` (configs/ddpm/mnist-guided.yaml), without `--classifier` a classifier.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toFloat32 } from '../../src/io/host-tensor.js';
import { findCheckpoint } from '../../src/io/find-checkpoint.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { ldm } from '../support/command.js';
import { padded } from '../support/padded-images.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const CLASSES = 10;
const PER_CLASS = 50;
const LEAST_PERCENT = 95;
/** Pixels of the images that configs/classic/mnist-classifier.yaml reads. */
const CLASSIFIER_SIZE = 32;

const { own, rest } = splitArguments(process.argv.slice(2), ['run', 'classifier', 'config']);
const run = own.run ?? (await train(own.config ?? 'configs/ddpm/mnist-guided.yaml'));
const classifier = own.classifier ?? (await train('configs/classic/mnist-classifier.yaml'));

let asRead = 0;
for (let digit = 0; digit < CLASSES; digit++) {
  const read = await readDigits(await draw(digit));
  const correct = read.filter((found) => found === digit).length;
  const others = read.filter((found) => found !== digit);
  asRead += correct;
  console.log(`${digit}: ${correct} of ${PER_CLASS}${others.length > 0 ? `, the others as ${others.join(' ')}` : ''}`);
}
const percent = (100 * asRead) / (CLASSES * PER_CLASS);
console.log(`${percent.toFixed(1)}% of ${CLASSES * PER_CLASS} images read as asked; at least ${LEAST_PERCENT}% should`);
process.exitCode = percent < LEAST_PERCENT ? 1 : 0;

/** The folder of a run of a config, trained to its end. */
async function train(config: string): Promise<string> {
  console.log(`training ${config}`);
  const logdir = temporaryFolder();
  await command(['run', config, '-l', logdir]);
  return join(logdir, readdirSync(logdir)[0] ?? '');
}

/** The file of the images of a digit; each digit has noise of its own. */
async function draw(digit: number): Promise<string> {
  const out = temporaryFolder();
  const chosen = ['--class', String(digit), '--count', String(PER_CLASS), '--seed', String(23 + digit)];
  await command(['sample', run, ...chosen, ...rest, '--out', out]);
  return join(out, 'samples.safetensors');
}

/** What the classifier takes each image for. */
async function readDigits(samplesFile: string): Promise<number[]> {
  const samples = readSafetensors(samplesFile).tensors.get('samples');
  if (!samples) throw new Error(`${samplesFile} has no samples`);
  const folder = temporaryFolder();
  const [inputs, output] = [join(folder, 'in.safetensors'), join(folder, 'out.safetensors')];
  writeSafetensors(inputs, new Map([['x', padded(samples, CLASSIFIER_SIZE)]]));
  const configs = join(classifier, 'configs');
  const project = readdirSync(configs).find((name) => name.endsWith('-project.yaml'));
  if (project === undefined) throw new Error(`${classifier} is no folder of a run`);
  const weights = ['--weights', findCheckpoint(classifier)];
  await command(['forward', join(configs, project), ...weights, '--inputs', inputs, '--output', output]);
  const logits = readSafetensors(output).tensors.get('y');
  if (!logits) throw new Error(`${output} has no y`);
  const values = toFloat32(logits);
  return Array.from({ length: PER_CLASS }, (_, i) => {
    const scores = [...values.subarray(i * CLASSES, (i + 1) * CLASSES)];
    return scores.indexOf(Math.max(...scores));
  });
}

async function command(words: readonly string[]): Promise<void> {
  const { code, stderr } = await ldm(words);
  if (code !== 0) throw new Error(`ldm ${words.join(' ')}\n${stderr}`);
}

/** The values of the flags that are this program's own, and everything else. */
function splitArguments<N extends string>(
  words: readonly string[],
  names: readonly N[],
): { own: Partial<Record<N, string>>; rest: string[] } {
  const own: Partial<Record<N, string>> = {};
  const rest: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const name = names.find((known) => word === `--${known}`);
    if (name === undefined) rest.push(word);
    else own[name] = words[++i] ?? '';
  }
  return { own, rest };
}
