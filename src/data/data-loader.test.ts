import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { arrayAt } from '../../test/support/batches.js';
import { DataLoader, type DataLoaderOptions } from './data-loader.js';
import { shuffledOrder } from './data-module.js';
import type { Dataset } from './dataset.js';

/** Examples that are their own index; remembers what it was asked for. */
function counting(length: number, failAt?: number): Dataset & { readonly asked: number[][] } {
  const asked: number[][] = [];
  return {
    length,
    asked,
    batch: (indices) => {
      asked.push([...indices]);
      if (failAt !== undefined && indices.includes(failAt)) return Promise.reject(new Error(`broken ${failAt}`));
      return Promise.resolve({ x: { data: Int32Array.from(indices), shape: [indices.length] } });
    },
  };
}

async function collect(loader: DataLoader, epoch: number, startBatch?: number): Promise<number[][]> {
  const batches = [];
  for await (const batch of loader.epoch(epoch, startBatch)) batches.push([...arrayAt(batch, 'x').data]);
  return batches;
}

const shuffled = (seed: number): DataLoaderOptions => ({ batchSize: 3, order: shuffledOrder(10, seed, 'train') });

test('batches in order, the last one smaller or left out', async () => {
  const loader = new DataLoader(counting(7), { batchSize: 3 });
  assert.is(loader.length, 3);
  assert.equal(await collect(loader, 0), [[0, 1, 2], [3, 4, 5], [6]]);
  const dropping = new DataLoader(counting(7), { batchSize: 3, dropLast: true });
  assert.is(dropping.length, 2);
  assert.equal(await collect(dropping, 0), [
    [0, 1, 2],
    [3, 4, 5],
  ]);
});

test('an epoch has every example once, in an order that is a function of seed and epoch', async () => {
  const loader = new DataLoader(counting(10), shuffled(23));
  const first = await collect(loader, 0);
  const second = await collect(loader, 1);
  assert.equal(
    first.flat().sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.not.equal(first, second);
  assert.equal(await collect(new DataLoader(counting(10), shuffled(23)), 1), second);
  assert.not.equal(await collect(new DataLoader(counting(10), shuffled(24)), 0), first);
});

test('an epoch taken up at any batch goes on as if never interrupted', async () => {
  const loader = new DataLoader(counting(10), shuffled(23));
  const whole = await collect(loader, 5);
  for (let start = 0; start <= 4; start++) assert.equal(await collect(loader, 5, start), whole.slice(start));
  let message = '';
  await collect(loader, 0, -1).catch((error: unknown) => (message = (error as Error).message));
  assert.is(message, 'DataLoader: start at batch -1');
});

test('asks for batches ahead, and for no more than it was told', async () => {
  const dataset = counting(10);
  for await (const batch of new DataLoader(dataset, { batchSize: 2, prefetch: 2 }).epoch(0)) {
    assert.is(arrayAt(batch, 'x').data[0], 0);
    break;
  }
  assert.equal(dataset.asked, [
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
});

test('what the data set fails with comes at its turn, and nowhere else if the loop ends before', async () => {
  const seen: number[] = [];
  let message = '';
  try {
    for await (const batch of new DataLoader(counting(10, 4), { batchSize: 2 }).epoch(0)) {
      seen.push(arrayAt(batch, 'x').data[0] ?? NaN);
    }
  } catch (error) {
    message = (error as Error).message;
  }
  assert.equal(seen, [0, 2]);
  assert.is(message, 'broken 4');

  for await (const batch of new DataLoader(counting(10, 4), { batchSize: 2 }).epoch(0)) {
    assert.ok(batch);
    break;
  }
  // An unhandled rejection would end the process in the coming turns of the event loop.
  await new Promise((resolve) => setTimeout(resolve, 5));
});

test('refuses what gives no batch', () => {
  assert.throws(() => new DataLoader(counting(0), { batchSize: 1 }), 'the data set is empty');
  assert.throws(() => new DataLoader(counting(3), { batchSize: 0 }), 'batch_size: must be a whole number above 0');
  assert.throws(() => new DataLoader(counting(3), { batchSize: 4, dropLast: true }), /set batch_size to at most 3/);
});

test.run();
