import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { Throughput } from './throughput.js';

test('knows no rate before two counts at different times', () => {
  const throughput = new Throughput();
  assert.is(throughput.perSecond, undefined);
  throughput.add(0, 0);
  throughput.add(0, 5);
  assert.is(throughput.perSecond, undefined);
  throughput.add(100, 10);
  assert.is(throughput.perSecond, 100);
});

test('follows a change of speed within its window', () => {
  const throughput = new Throughput(1000);
  for (let time = 0; time <= 5000; time += 10) throughput.add(time, time);
  assert.is(throughput.perSecond, 1000);
  for (let time = 0; time <= 2000; time += 10) throughput.add(5000 + time, 5000 + time / 10);
  assert.is(throughput.perSecond, 100);
});

test('leaves a pause out', () => {
  const throughput = new Throughput();
  throughput.add(0, 0);
  throughput.add(1000, 10);
  throughput.restart();
  throughput.add(60_000, 10);
  throughput.add(61_000, 20);
  assert.is(throughput.perSecond, 10);
});

test.run();
