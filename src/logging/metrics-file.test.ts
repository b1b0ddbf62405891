import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { MetricsFile, truncateMetrics } from './metrics-file.js';

const newPath = (): string => join(temporaryFolder(), 'metrics.jsonl');

test('writes a line of JSON per call', async () => {
  const path = newPath();
  const metrics = new MetricsFile(path, () => 1500);
  metrics.logScalars({ epoch: 0, 'train/loss': 0.5 }, 50);
  metrics.logScalars({ 'val/loss': NaN, worst: -Infinity }, 100);
  await metrics.close();
  assert.is(
    readFileSync(path, 'utf8'),
    '{"step":50,"epoch":0,"train/loss":0.5,"time":1.5}\n{"step":100,"val/loss":"NaN","worst":"-Infinity","time":1.5}\n',
  );
});

test('appends to what is there', async () => {
  const path = newPath();
  for (const step of [1, 2]) {
    const metrics = new MetricsFile(path, () => 0);
    metrics.logScalars({}, step);
    await metrics.close();
  }
  assert.is(readFileSync(path, 'utf8'), '{"step":1,"time":0}\n{"step":2,"time":0}\n');
});

test('removes the steps after a checkpoint, and a line that was never finished', () => {
  const path = newPath();
  const kept = '{"step":50,"loss":1}\n{"step":100,"loss":2}\n';
  writeFileSync(path, `${kept}{"step":150,"loss":3}\n{"step":20`);
  assert.is(truncateMetrics(path, 100), 2);
  assert.is(readFileSync(path, 'utf8'), kept);
  assert.is(truncateMetrics(path, 100), 0);
});

test('ends the last line where only its end was lost', () => {
  const path = newPath();
  writeFileSync(path, '{"step":50}');
  assert.is(truncateMetrics(path, 50), 0);
  assert.is(readFileSync(path, 'utf8'), '{"step":50}\n');
});

test('no file is nothing to remove', () => {
  const path = newPath();
  assert.is(truncateMetrics(path, 0), 0);
  assert.not(existsSync(path));
});

test('of the step gone on from, what was logged after its checkpoint goes too', () => {
  const path = join(temporaryFolder(), 'metrics.jsonl');
  const lines = ['{"step":1}\n', '{"step":2}\n', '{"step":2,"again":"é"}\n', '{"step":3}\n'];
  writeFileSync(path, lines.join(''));
  assert.is(truncateMetrics(path, 2, 22), 2);
  assert.is(readFileSync(path, 'utf8'), '{"step":1}\n{"step":2}\n');
});

test.run();
