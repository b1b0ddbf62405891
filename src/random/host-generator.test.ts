import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HostGenerator } from './host-generator.js';
import { philox4x32 } from './philox.js';
import { uniform } from './transforms.js';

const begin = (index = 0): HostGenerator => new HostGenerator([1, 2], [0, 0, index, 0]);

test('draws the words of its key and counter in their order', () => {
  const words = new Uint32Array(8);
  philox4x32([1, 2], [0, 0, 5, 0], words);
  philox4x32([1, 2], [1, 0, 5, 0], words, 4);
  const random = begin(5);
  assert.equal(
    Array.from({ length: 8 }, () => random.uniform()),
    [...words].map(uniform),
  );
});

test('two counters are two sequences, the same counter the same one', () => {
  assert.is(begin(3).uniform(), begin(3).uniform());
  assert.is.not(begin(3).uniform(), begin(4).uniform());
});

test('integers, chances and normal numbers are distributed as they should', () => {
  const random = begin();
  const counts = [0, 0, 0];
  let [sum, squares, heads] = [0, 0, 0];
  for (let i = 0; i < 20_000; i++) {
    const integer = random.integer(3);
    counts[integer] = (counts[integer] ?? 0) + 1;
    const normal = random.normal();
    sum += normal;
    squares += normal ** 2;
    if (random.chance(0.25)) heads += 1;
  }
  for (const count of counts) assert.ok(Math.abs(count / 20_000 - 1 / 3) < 0.015, String(count));
  assert.ok(Math.abs(sum / 20_000) < 0.03 && Math.abs(squares / 20_000 - 1) < 0.05);
  assert.ok(Math.abs(heads / 20_000 - 0.25) < 0.015);
  assert.not.ok(random.chance(0));
  assert.ok(random.chance(1));
});

test('shuffles without losing anything', () => {
  const shuffled = begin().shuffled([1, 2, 3, 4, 5, 6, 7]);
  assert.not.equal(shuffled, [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(shuffled.sort(), [1, 2, 3, 4, 5, 6, 7]);
  assert.is(begin().pick(['only']), 'only');
});

test.run();
