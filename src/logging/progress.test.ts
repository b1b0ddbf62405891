import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { recordingOutput } from '../../test/support/recording-output.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { formatProgress, Progress } from './progress.js';
import { Reporter } from './reporter.js';

test('words a line, leaving out what is unknown', () => {
  const state = { label: 'epoch 0', done: 120, total: 2400, perSecond: 8.3, values: { loss: 0.0456 } };
  assert.is(formatProgress(state), 'epoch 0  step 120/2400  5%  loss 0.0456  8.3 it/s  ETA 4:35');
  assert.is(formatProgress({ ...state, perSecond: undefined, values: {} }), 'epoch 0  step 120/2400  5%');
  assert.is(formatProgress({ ...state, total: undefined }), 'epoch 0  step 120  loss 0.0456  8.3 it/s');
  assert.is(formatProgress({ ...state, done: 2400 }), 'epoch 0  step 2400/2400  100%  loss 0.0456  8.3 it/s  ETA 0:00');
});

test('draws at most ten times a second on a terminal and leaves the last state standing', () => {
  const output = recordingOutput(100);
  let now = 0;
  const progress = new Progress(new Reporter({ output }), { label: 'epoch 0', total: 1000, clock: () => now });
  for (let step = 1; step <= 1000; step++) {
    now += 2;
    progress.update(step, { values: { loss: 1 / step } });
  }
  progress.finish();
  const drawn = output.text.split('\r\u001b[2K').slice(1);
  assert.is(drawn.length, 20 + 1);
  assert.is(drawn[0], 'epoch 0  step 1/1000  0%  loss 1  500 it/s  ETA 0:02');
  assert.is(drawn.at(-1), 'epoch 0  step 1000/1000  100%  loss 0.00100  500 it/s  ETA 0:00\n');
});

test('writes a plain line now and then elsewhere, and a last one', () => {
  const output = recordingOutput();
  let now = 0;
  const progress = new Progress(new Reporter({ output }), { label: 'validation', total: 70, clock: () => now });
  for (let step = 1; step <= 70; step++) {
    now += 1000;
    progress.update(step);
  }
  progress.finish();
  assert.equal(output.text.split('\n'), [
    'validation  step 30/70  42%  1.0 it/s  ETA 0:40',
    'validation  step 60/70  85%  1.0 it/s  ETA 0:10',
    'validation  step 70/70  100%  1.0 it/s  ETA 0:00',
    '',
  ]);
});

test('says nothing twice', () => {
  const output = recordingOutput();
  let now = 0;
  const progress = new Progress(new Reporter({ output }), { label: 'a', plainSeconds: 1, clock: () => now });
  now = 1000;
  progress.update(5);
  progress.finish();
  assert.is(output.text, 'a  step 5  5.0 it/s\n');
});

test('a terminal’s run has the plain lines in its log file', () => {
  const path = join(temporaryFolder(), 'log.txt');
  const reporter = new Reporter({ output: recordingOutput(80), clock: () => 0 });
  reporter.logTo(path);
  let now = 0;
  const progress = new Progress(reporter, { label: 'a', total: 90, clock: () => now });
  now = 45_000;
  progress.update(45);
  progress.clear();
  assert.is(readFileSync(path, 'utf8'), '1970-01-01T00:00:00Z  a  step 45/90  50%  1.0 it/s  ETA 0:45\n');
});

test('counts from where a resumed run begins, and leaves pauses out of the rate', () => {
  const output = recordingOutput();
  let now = 0;
  const options = { label: 'a', total: 120, start: 100, plainSeconds: 0, clock: () => now };
  const progress = new Progress(new Reporter({ output }), options);
  now = 1000;
  progress.update(110);
  now = 100_000;
  progress.resume();
  now = 101_000;
  progress.update(115, { values: { loss: 2 }, label: 'b' });
  assert.is(
    output.text,
    'a  step 110/120  91%  10.0 it/s  ETA 0:01\nb  step 115/120  95%  loss 2  5.0 it/s  ETA 0:01\n',
  );
  now = 109_000;
  progress.update(116, { isTimed: false });
  assert.match(output.text, /b {2}step 116\/120 {2}96% {2}loss 2 {2}5\.0 it\/s {2}ETA 0:01\n$/);
});

test.run();
