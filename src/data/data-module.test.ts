import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { arrayAt } from '../../test/support/batches.js';
import { DataModule } from './data-module.js';
import type { DataLoader } from './data-loader.js';
import type { Dataset } from './dataset.js';

const dataset: Dataset = {
  length: 20,
  batch: (indices) => Promise.resolve({ x: { data: Int32Array.from(indices), shape: [indices.length] } }),
};

async function firstOf(loader: DataLoader | undefined, epoch = 0): Promise<number[]> {
  for await (const batch of loader?.epoch(epoch) ?? []) return [...arrayAt(batch, 'x').data];
  return [];
}

const inOrder = [...Array(10).keys()];

test('shuffles the training set anew in every epoch, the others not', async () => {
  const data = new DataModule({ batchSize: 10, train: dataset, validation: dataset, test: dataset });
  const first = await firstOf(data.trainLoader());
  assert.not.equal(first, inOrder);
  assert.not.equal(await firstOf(data.trainLoader(), 1), first);
  assert.equal(await firstOf(data.valLoader()), inOrder);
  assert.equal(await firstOf(data.testLoader()), inOrder);
});

test('the order follows the seed, given at construction or by the run', async () => {
  const data = new DataModule({ batchSize: 10, train: dataset, seed: 1 });
  const other = new DataModule({ batchSize: 10, train: dataset, seed: 2 });
  assert.not.equal(await firstOf(other.trainLoader()), await firstOf(data.trainLoader()));
  assert.equal(await firstOf(other.trainLoader(1)), await firstOf(data.trainLoader()));
});

test('shuffles validation and test sets on request, each in an order of its own', async () => {
  const sets = { validation: dataset, test: dataset, shuffleValidation: true, shuffleTest: true };
  const data = new DataModule({ batchSize: 10, ...sets });
  const validation = await firstOf(data.valLoader());
  assert.not.equal(validation, inOrder);
  assert.not.equal(await firstOf(data.testLoader()), validation);
});

test('has no loader where there is no data set', () => {
  const data = new DataModule({ batchSize: 10 });
  assert.equal(
    [data.trainLoader(), data.valLoader(), data.testLoader(), data.predictLoader()],
    [undefined, undefined, undefined, undefined],
  );
});

test.run();
