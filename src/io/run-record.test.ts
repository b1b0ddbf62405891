import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { describeRun, gitState, writeRunRecord } from './run-record.js';

const given = {
  command: ['ldm', 'run', 'a.yaml'],
  configs: ['a.yaml'],
  seed: 23,
  scaleLr: true,
  engineFlags: {},
  engine: 'torch',
  device: 'cuda:1',
  precision: 'bf16-mixed',
  versions: { 'ldm-runner': '0.1.0' },
};

test('records the command, the seed and what it runs on', () => {
  const path = join(temporaryFolder(), 'run.json');
  writeRunRecord(path, describeRun({ ...given, folder: temporaryFolder(), now: new Date(0) }));
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  assert.equal(record.command, given.command);
  assert.equal(record.configs, ['a.yaml']);
  assert.is(record.seed, 23);
  assert.is(record.engine, 'torch');
  assert.is(record.device, 'cuda:1');
  assert.is(record.precision, 'bf16-mixed');
  assert.is(record.node, process.version);
  assert.is(record.git, null);
  assert.is(record.started, '1970-01-01T00:00:00.000Z');
});

test('records the commit of the working folder, and whether it was changed since', () => {
  const folder = temporaryFolder();
  const git = (...parameters: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], {
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet');
  assert.is(gitState(folder), null);
  writeFileSync(join(folder, 'a'), '1');
  git('add', 'a');
  git('commit', '--quiet', '--message', 'first');
  const commit = git('rev-parse', 'HEAD');
  assert.equal(gitState(folder), { commit, dirty: false });
  writeFileSync(join(folder, 'a'), '2');
  assert.equal(gitState(folder), { commit, dirty: true });
});

test.run();
