import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readEventFile, textAt, messagesAt } from '../support/event-file.js';
import { ldmHere, tinyConfig } from '../support/command.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm test');

const logdir = temporaryFolder();
let run = '';

/** The test set of the tiny config: six digits, two batches. */
const withTests = ['split=test', 'limit=6'].map((param) => `+data.params.test.params.${param}`);
const testSet = ['+data.params.test.target=MNIST', ...withTests];

/** The lines of metrics.jsonl that hold values of a test. */
function testLines(): Record<string, number>[] {
  return readFileSync(join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>)
    .filter((line) => Object.keys(line).some((name) => name.startsWith('test/')));
}

/** The tags of all event files of the run. */
function tags(): Set<string | undefined> {
  const folder = join(run, 'tensorboard');
  const events = readdirSync(folder).flatMap((file) => readEventFile(join(folder, file)));
  const values = events.flatMap((event) => messagesAt(event, 5)).flatMap((summary) => messagesAt(summary, 1));
  return new Set(values.map((value) => textAt(value, 1)));
}

test.before(async () => {
  const trained = await ldmHere(['run', tinyConfig, ...testSet, '-l', logdir, '--max_steps', '4']);
  assert.is(trained.code, 0, trained.stderr);
  run = join(logdir, readdirSync(logdir)[0] ?? '');
  assert.match(trained.stderr, /^config +.*tiny\.yaml .*data\.params\.test\.target=MNIST/m);
  assert.match(trained.stderr, /^data +18 train, 4 validation, 6 test; batches of 4$/m);
  assert.match(trained.stderr, /^test\nmetric +value\ntest\/loss_simple +\d\.\d+\n/m);
  assert.match(trained.stderr, /^best +.*epoch=\d+\S*\.ckpt \(val\/loss \d/m);
  assert.match(trained.stderr, /^metrics +.*metrics\.jsonl$/m);
});

test('a run ends with its test set, once, at its last step, beside its hyperparameters and its command', () => {
  const [line, ...others] = testLines();
  assert.equal(others, []);
  assert.is(line?.step, 4);
  const logged = tags();
  for (const tag of ['test/loss', 'config', 'command', '_hparams_/session_start_info', '_hparams_/session_end_info']) {
    assert.ok(logged.has(tag), tag);
  }
});

test('--no-test leaves it alone', async () => {
  const folder = temporaryFolder();
  const args = ['run', tinyConfig, ...testSet, '-l', folder, '--max_steps', '1', '--no-test'];
  const { code, stderr } = await ldmHere(args);
  assert.is(code, 0, stderr);
  assert.match(stderr, /note: the test set is not used: --no-test/);
  assert.not.match(stderr, /test\/loss/);
});

test('ldm test measures what the end of the run measured, and logs it there', async () => {
  const { code, stdout, stderr } = await ldmHere(['test', run, '--json']);
  assert.is(code, 0, stderr);
  const { step, set, metrics } = JSON.parse(stdout) as { step: number; set: string; metrics: Record<string, number> };
  assert.equal([step, set], [4, 'test']);
  const [first, second, ...others] = testLines();
  assert.equal(others, []);
  const values = (line: Record<string, number> = {}) =>
    Object.fromEntries(Object.entries(line).filter(([name]) => name !== 'time'));
  assert.equal(values(second), { step: 4, ...metrics });
  assert.equal(values(first), values(second));
});

test('the validation set, with overrides, as a table', async () => {
  const { code, stdout, stderr } = await ldmHere([
    ...['test', join(run, 'checkpoints', 'last.ckpt'), '--set', 'validation'],
    'data.params.validation.params.limit=2',
  ]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^metric +value\nval\/loss_simple +\d\.\d+\n/);
});

test('ldm run --train false tests alone', async () => {
  const folder = temporaryFolder();
  const args = ['run', tinyConfig, ...testSet, '-l', folder, '-t', 'false'];
  const { code, stderr } = await ldmHere(args);
  assert.is(code, 0, stderr);
  assert.match(stderr, /^done +step 0, epoch 0$/m);
  assert.match(stderr, /^test\/loss /m);
  const nothing = await ldmHere(['run', tinyConfig, '-l', folder, '-t', 'false']);
  assert.is(nothing.code, 2);
  assert.match(nothing.stderr, /data\.params\.test: there is no test set/);
});

test('a run without the set says so', async () => {
  const folder = temporaryFolder();
  await ldmHere(['run', tinyConfig, '-l', folder, '--max_steps', '1']);
  const { code, stderr } = await ldmHere(['test', join(folder, readdirSync(folder)[0] ?? ''), '--set', 'test']);
  assert.is(code, 2);
  assert.match(stderr, /data\.params\.test: its configuration has no test data/);
});

test.run();
