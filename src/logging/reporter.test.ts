import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { recordingOutput } from '../../test/support/recording-output.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { Reporter } from './reporter.js';

const erase = '\r\u001b[2K';
const clock = (): number => Date.UTC(2026, 10, 21, 8, 30, 5, 999);

test('says lines plainly where there is no terminal, and shows no live line', () => {
  const output = recordingOutput();
  const reporter = new Reporter({ output });
  reporter.showLive('step 1');
  reporter.info('hello');
  reporter.warn('careful');
  reporter.clearLive();
  assert.is(output.text, 'hello\nwarning: careful\n');
});

test('draws the live line in place, and says everything above it', () => {
  const output = recordingOutput(40);
  const reporter = new Reporter({ output });
  reporter.showLive('step 1');
  reporter.showLive('step 2');
  reporter.info('hello');
  reporter.clearLive();
  reporter.info('bye');
  assert.is(output.text, `${erase}step 1${erase}step 2${erase}hello\nstep 2${erase}bye\n`);
});

test('cuts the live line to the terminal, one column free, but nothing that is said', () => {
  const output = recordingOutput(10);
  const reporter = new Reporter({ output });
  reporter.showLive('0123456789');
  reporter.info('0123456789');
  assert.is(output.text, `${erase}01234567…${erase}0123456789\n01234567…`);
});

test('keeps everything said in the log file, what came before it too', () => {
  const path = join(temporaryFolder(), 'log.txt');
  const reporter = new Reporter({ output: recordingOutput(80), clock });
  reporter.info('before');
  reporter.logTo(path);
  reporter.showLive('not this');
  reporter.warn('two\n\nlines');
  reporter.note('file only');
  assert.is(
    readFileSync(path, 'utf8'),
    ['before', 'warning: two', '', 'lines', 'file only']
      .map((line) => `2026-11-21T08:30:05Z  ${line}`.trimEnd() + '\n')
      .join(''),
  );
});

test('a log file that cannot be written is said once', () => {
  const output = recordingOutput();
  const reporter = new Reporter({ output });
  const path = temporaryFolder();
  reporter.logTo(path);
  reporter.info('one');
  reporter.info('two');
  const warning = `warning: ${path}: cannot write the log: it is a folder, not a file\n`;
  assert.ok(output.text.startsWith(`one\n${warning}`));
  assert.ok(output.text.endsWith('\ntwo\n'));
  assert.is(output.text.split('warning').length, 2);
});

test.run();
