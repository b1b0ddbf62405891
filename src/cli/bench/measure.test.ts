import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../errors.js';
import { Contestant } from './contestant.js';
import { disagreements, measure } from './measure.js';
import type { Workload } from './workloads/workload.js';
import { workloadNamed } from './workloads/index.js';

const test = suite('bench');

const workload: Workload = {
  name: 'nothing',
  summary: '',
  parts: [{ name: 'step', work: { amount: 100, unit: 'FLOP' } }],
  engines: ['fast', 'slow'],
  prepare: () => ({ check: () => 0, run: () => undefined }),
};

/** A process that claims to need `seconds` a repetition. */
function contestant(name: string, seconds: number, check: number): Promise<Contestant> {
  const script = `
    const say = (message) => console.log(JSON.stringify(message));
    console.log('a library says hello');
    say({ title: '${name} 1.0', threads: 2, checks: { step: ${check} }, lacks: {} });
    require('node:readline').createInterface(process.stdin).on('line', (line) =>
      say({ seconds: JSON.parse(line).repetitions * ${seconds}, peakBytes: 1000 }));`;
  return Contestant.start({ name, command: process.execPath, args: ['-e', script] });
}

test('measures in rounds: rates, and times relative to the first', async () => {
  const contestants = await Promise.all([contestant('fast', 0.01, 5), contestant('slow', 0.5, 5)]);
  const { measurements, yardsticks } = await measure(workload, contestants, 5);
  const [fast, slow] = measurements;
  contestants.forEach((one) => {
    one.stop();
  });
  assert.ok(fast && slow);
  assert.is(fast.samples, 5);
  assert.is(fast.repetitionsPerSample, 10);
  assert.is(fast.seconds.median.toFixed(6), '0.010000');
  assert.is(fast.rate?.toFixed(3), '10000.000');
  assert.is(fast.unit, 'FLOP/s');
  assert.is(fast.peakBytes, 1000);
  assert.is(slow.samples, 3, 'who takes long is measured in fewer rounds');
  assert.is(slow.repetitionsPerSample, 1);
  assert.is(slow.timesTheFirst.toFixed(3), '50.000');
  assert.equal(yardsticks, []);
  assert.is(fast.shareOfPeak, undefined);
  assert.equal(disagreements(workload, contestants), []);
});

test('rates are shares of the yardstick of their unit', async () => {
  const [one, flop, bytes] = await Promise.all([
    contestant('one', 0.1, 5),
    contestant('flop', 0.05, 5),
    contestant('bytes', 1, 5),
  ]);
  const { measurements, yardsticks } = await measure(workload, [one], 2, [
    { contestant: flop, part: { name: 'step', work: { amount: 400, unit: 'FLOP' } } },
    { contestant: bytes, part: { name: 'step', work: { amount: 400, unit: 'B' } } },
  ]);
  [one, flop, bytes].forEach((process) => {
    process.stop();
  });
  assert.equal(
    yardsticks.map(({ engine, unit, rate }) => [engine, unit, rate?.toFixed(0)]),
    [
      ['flop', 'FLOP/s', '8000'],
      ['bytes', 'B/s', '400'],
    ],
  );
  assert.is(measurements[0]?.shareOfPeak?.toFixed(4), '0.1250', '1000 of 8000 FLOP/s');
});

test('who takes long but is no slower than others is measured in every round', async () => {
  const contestants = await Promise.all([contestant('one', 0.4, 5), contestant('other', 1, 5)]);
  const { measurements } = await measure(workload, contestants, 5);
  contestants.forEach((one) => {
    one.stop();
  });
  assert.equal(
    measurements.map(({ samples }) => samples),
    [5, 5],
  );
});

test('who computes something else is told', async () => {
  const contestants = await Promise.all([contestant('fast', 0.01, 5), contestant('wrong', 0.01, 5.1)]);
  contestants.forEach((one) => {
    one.stop();
  });
  assert.equal(disagreements(workload, contestants), ['step: wrong gives 5.1, fast 5']);
});

test('a contestant that ends early is told with what it said', async () => {
  try {
    await Contestant.start({
      name: 'broken',
      command: process.execPath,
      args: ['-e', 'throw new Error("no library")'],
    });
    assert.unreachable('should have thrown');
  } catch (error) {
    assert.match((error as Error).message, 'the broken contestant ended early');
    assert.match((error as Error).message, 'no library');
  }
});

test('an unknown workload names the nearest', () => {
  assert.throws(
    () => workloadNamed('conv3x'),
    (error: unknown) => error instanceof UserError && /found: +conv3x\n.*\n +did you mean: conv3x3/.test(error.message),
  );
});

test.run();
