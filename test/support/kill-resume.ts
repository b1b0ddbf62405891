import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { readAll } from '../../src/io/tensor-source.js';
import { readCheckpoint } from '../../src/train/checkpoint-file.js';
import { ldm } from './command.js';
import { messagesAt, numberAt, readEventFile, textAt, type Message } from './event-file.js';
import { choicesFrom } from './random.js';
import { temporaryFolder } from './temporary-folder.js';

export const resumeConfig = fileURLToPath(new URL('../fixtures/configs/resume.yaml', import.meta.url));

/** Beside the images that every run logs. */
const HISTOGRAMS =
  '+lightning.callbacks.histograms={target: HistogramLogger, params: {every_n_train_steps: 5, include: time_embed}}';

export interface KillOptions {
  readonly steps: number;
  /** How often a run is killed in all. */
  readonly moments: number;
  /** How often one run is: every time it goes on, until it may finish. */
  readonly perRun: number;
  readonly seed?: number;
  readonly say?: (text: string) => void;
}

/**
 * Trains once without being killed, and then again, killed with SIGKILL at random moments and gone on with by
 * `--resume auto`; every third time while a checkpoint is being written. Compared are the last checkpoint, `metrics.jsonl` and
 * all that the event files hold.
 * @throws AssertionError where what comes out is not the same, bit for bit
 */
export async function killAndCompare(options: KillOptions): Promise<void> {
  const { steps, moments, perRun, seed = 1, say = () => undefined } = options;
  const { random } = choicesFrom(seed);
  const args = ['run', resumeConfig, '--resume', 'auto', '--threads', '1', '--max_steps', String(steps), HISTOGRAMS];
  const logdir = temporaryFolder();
  const began = performance.now();
  const whole = await ldm([...args, '-l', logdir]);
  assert.is(whole.code, 0, whole.stderr);
  const duration = performance.now() - began;
  const expected = outcome(onlyRun(logdir));
  say(`the run that is never killed: ${(duration / 1000).toFixed(1)} s`);
  for (let killed = 0; killed < moments;) {
    const broken = temporaryFolder();
    for (let i = 0; i < perRun && killed < moments; i++) {
      killed += 1;
      // The share of the whole that one of them has, and its start.
      const delay = random() * (2000 + (2 * duration) / perRun);
      const { signal, stderr } = await ldm([...args, '-l', broken], {
        whileRunning: async (child) => {
          await Promise.race([sleep(delay), ended(child)]);
          if (killed % 3 === 0) await Promise.race([nextWrite(broken), ended(child)]);
          child.kill('SIGKILL');
        },
      });
      const [, from = 'nothing'] = /resume auto: (.*)/.exec(stderr) ?? [];
      say(`moment ${killed}: after ${(delay / 1000).toFixed(2)} s, ${signal ?? 'at its end'}; it had begun: ${from}`);
    }
    const last = await ldm([...args, '-l', broken]);
    assert.is(last.code, 0, last.stderr);
    compare(outcome(onlyRun(broken)), expected);
    say(`killed so far: ${killed}; the same weights, optimizer, state and logged values`);
  }
}

/** The run that was begun; of one killed within its first moments there is but a folder, without any configuration. */
function onlyRun(logdir: string): string {
  const runs = readdirSync(logdir).filter((run) => readdirSync(join(logdir, run)).includes('metrics.jsonl'));
  assert.is(runs.length, 1, `one run in ${logdir}, not ${runs.join(', ')}`);
  return join(logdir, runs[0] ?? '');
}

function outcome(run: string) {
  const { progress, weights, optimizers } = readCheckpoint(join(run, 'checkpoints', 'last.ckpt'));
  // The times in the log have not always as many digits.
  const { loggedBytes, eventBytes, ...rest } = progress;
  assert.ok(loggedBytes);
  assert.ok(eventBytes);
  const lines = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const logged = lines.map((line) => ({ ...(JSON.parse(line) as object), time: 0 }));
  const kept = readdirSync(join(run, 'checkpoints')).filter((name) => name.endsWith('.ckpt'));
  return {
    progress: rest,
    weights: readAll(weights),
    optimizers: optimizers.map(({ step, tensors }) => ({ step, tensors: readAll(tensors) })),
    logged,
    events: eventsOf(join(run, 'tensorboard')),
    kept: kept.sort(),
  };
}

/** What all event files of a run hold together, without its texts: each process states its command. */
function eventsOf(folder: string): string[] {
  const values = readdirSync(folder)
    .flatMap((name) => readEventFile(join(folder, name)))
    .flatMap((event) =>
      messagesAt(event, 5)
        .flatMap((summary) => messagesAt(summary, 1))
        .map((value) => ({ tag: textAt(value, 1) ?? '', step: numberAt(event, 2) ?? 0, value })),
    )
    .filter(({ tag }) => tag !== 'command' && tag !== 'config');
  const places = values.map(({ tag, step }) => `${tag} ${step}`);
  const twice = places.filter((place, i) => places.indexOf(place) !== i);
  assert.equal(twice, [], 'event files hold no value twice');
  return values
    .map(({ tag, step, value }) => `${tag} ${step} ${tag.startsWith('_hparams_') ? '' : contentOf(value)}`)
    .sort();
}

/** The number, or the picture's or histogram's bytes. */
function contentOf(value: Message): string {
  return [2, 4, 5]
    .flatMap((field) =>
      (value.get(field) ?? []).map((one) => (typeof one === 'number' ? String(one) : one.toString('base64'))),
    )
    .join();
}

type Outcome = ReturnType<typeof outcome>;

function compare(actual: Outcome, expected: Outcome): void {
  assert.equal(actual.logged, expected.logged, 'what was logged');
  assert.equal(actual.events, expected.events, 'the event files');
  assert.equal(actual.progress, expected.progress, 'where the run stands');
  assert.equal([...actual.weights], [...expected.weights], 'the weights');
  assert.equal(actual.optimizers, expected.optimizers, 'the optimizers');
  for (const name of expected.kept) assert.ok(actual.kept.includes(name), `${name} is kept`);
}

interface Ending {
  once(event: 'exit', listener: () => void): unknown;
}

function ended(child: Ending): Promise<void> {
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Waits until something happens in the folder of checkpoints; where there is none yet, not at all. */
async function nextWrite(logdir: string): Promise<void> {
  for (const run of readdirSync(logdir)) {
    const folder = join(logdir, run, 'checkpoints');
    if (!readdirSync(join(logdir, run)).includes('checkpoints')) continue;
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, { persistent: false }, () => {
        watcher.close();
        resolve();
      });
    });
  }
}
