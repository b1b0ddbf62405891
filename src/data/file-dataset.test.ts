import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrayAt } from '../../test/support/batches.js';
import { rejection } from '../../test/support/rejection.js';
import { FileError } from '../errors.js';
import type { Pass } from './dataset.js';
import { FileDataset, type ExampleSource } from './file-dataset.js';

const warnings: string[] = [];
const pass = (epoch = 0, seed = 23): Pass => ({ seed, epoch, warn: (text) => warnings.push(text) });

/** Examples that are their index and a random number; some are broken. */
function source(length: number, broken: readonly number[] = []): ExampleSource {
  return {
    length,
    read: (index, random) => {
      const where = `${index}.png`;
      if (broken.includes(index)) return Promise.reject(new FileError({ where, problem: 'not an intact image' }));
      return Promise.resolve({ index, drawn: random.integer(1_000_000), name: where });
    },
  };
}

const indices = (...values: number[]): Uint32Array => Uint32Array.from(values);

test('numbers and texts side by side', async () => {
  const batch = await new FileDataset(source(5)).batch(indices(4, 0, 4), pass());
  assert.equal([...arrayAt(batch, 'index').data], [4, 0, 4]);
  assert.equal(batch.name, ['4.png', '0.png', '4.png']);
});

test('what is random is a function of seed, epoch and index', async () => {
  const drawn = async (seed: number, epoch: number, ...at: number[]): Promise<number[]> => [
    ...arrayAt(await new FileDataset(source(5)).batch(indices(...at), pass(epoch, seed)), 'drawn').data,
  ];
  const first = await drawn(23, 0, 0, 1, 2, 3, 4);
  assert.is(new Set(first).size, 5);
  assert.equal(await drawn(23, 0, 4, 2, 0), [first[4], first[2], first[0]]);
  for (const other of [await drawn(23, 1, 0, 1, 2, 3, 4), await drawn(24, 0, 0, 1, 2, 3, 4)]) {
    assert.is(other.filter((value, i) => value === first[i]).length, 0);
  }
});

test('the next intact example stands for a broken one, which is named once', async () => {
  warnings.length = 0;
  const dataset = new FileDataset(source(5, [1, 2, 4]), { maxBroken: 3 });
  for (const epoch of [0, 1]) {
    const batch = await dataset.batch(indices(0, 1, 2, 3, 4), pass(epoch));
    assert.equal([...arrayAt(batch, 'index').data], [0, 3, 3, 3, 0]);
  }
  assert.equal(warnings.sort(), [
    '1.png: not an intact image; left out (broken file 1 of at most 3)',
    '2.png: not an intact image; left out (broken file 2 of at most 3)',
    '4.png: not an intact image; left out (broken file 3 of at most 3)',
  ]);
});

test('more broken ones than allowed end the run, and so do none that are intact', async () => {
  const tooMany = new FileDataset(source(5, [1, 3]), { maxBroken: 1 });
  assert.is(
    await rejection(tooMany.batch(indices(0, 1, 2, 3), pass())),
    "max_broken: more than 1 broken files in a data set\n  found:        1.png\n                3.png\n  to fix:       take them out, put intact files in their place, or raise the data set's 'max_broken'",
  );
  const none = new FileDataset(source(2, [0, 1]), { maxBroken: 9 });
  assert.match(await rejection(none.batch(indices(0), pass())), /every example of the data set is broken/);
});

test('only the keys that were asked for', async () => {
  const batch = await new FileDataset(source(2), { keys: ['name'] }).batch(indices(1), pass());
  assert.equal(batch, { name: ['1.png'] });
  const wrong = new FileDataset(source(2), { keys: ['nmae'] }).batch(indices(1), pass());
  assert.match(await rejection(wrong), /keys: the data set has nothing of that name\n.*nmae\n.*index, drawn, name/);
});

test('an index beyond the end, an error that is no broken file, images that do not fit together', async () => {
  assert.is(await rejection(new FileDataset(source(2)).batch(indices(2), pass())), 'index 2 of 2 examples');
  const bug = { length: 1, read: () => Promise.reject(new TypeError('a bug')) };
  assert.is(await rejection(new FileDataset(bug, { maxBroken: 9 }).batch(indices(0), pass())), 'a bug');
  const growing: ExampleSource = {
    length: 2,
    read: (index) => {
      const width = index + 1;
      return Promise.resolve({ image: { data: new Uint8Array(width), width, height: 1, channels: 1 } });
    },
  };
  const message = await rejection(new FileDataset(growing).batch(indices(0, 1), pass()));
  assert.match(message, /"image" has images of different sizes, which cannot be one batch\n.*1×1 and 2×1 pixels/);
});

test.run();
