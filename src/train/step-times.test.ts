import { setTimeout as pause } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StepTimes } from './step-times.js';

/** Two items, each of which takes 40 ms to come. */
async function* slow(): AsyncGenerator<number> {
  for (const item of [1, 2]) {
    await pause(40);
    yield item;
  }
}

test('waiting for data is told from what is done with them', async () => {
  const times = new StepTimes();
  const items: number[] = [];
  for await (const item of times.waiting(slow())) {
    items.push(item);
    await pause(300);
  }
  assert.equal(items, [1, 2]);
  const { data, compute } = times.spent;
  // Timers may be late, but not by what the loop itself took.
  assert.ok(data > 0.07 && data < 0.6, String(data));
  assert.is(compute, 0);
});

test('a computation counts also where it throws', () => {
  const times = new StepTimes();
  const spin = (ms: number) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ms;
  };
  assert.is(
    times.computing(() => spin(5)),
    5,
  );
  assert.throws(() =>
    times.computing(() => {
      spin(5);
      throw new Error('no');
    }),
  );
  const { data, compute } = times.spent;
  assert.is(data, 0);
  assert.ok(compute >= 0.01, String(compute));
});

test.run();
