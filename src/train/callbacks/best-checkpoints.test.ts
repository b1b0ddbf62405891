import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BestCheckpoints } from './best-checkpoints.js';

/** The scores that are kept, best first, after these came one by one. */
function kept(count: number, mode: 'min' | 'max', scores: readonly (number | null)[]): (number | null)[] {
  const best = new BestCheckpoints(count, mode);
  scores.forEach((score, i) => {
    if (best.takes(score)) best.add({ file: String(i), score });
  });
  return best.kept.map(({ score }) => score);
}

test('the lowest or the highest', () => {
  assert.equal(kept(2, 'min', [3, 1, 4, 2]), [1, 2]);
  assert.equal(kept(2, 'max', [3, 1, 4, 2]), [4, 3]);
  assert.equal(kept(1, 'min', [3, 1, 1]), [1]);
});

test('none, or all', () => {
  assert.equal(kept(0, 'min', [3, 1]), []);
  assert.equal(kept(-1, 'min', [3, 1, 2]), [1, 2, 3]);
});

test('NaN is worse than any number', () => {
  assert.equal(kept(2, 'min', [NaN, 3, 1]), [1, 3]);
  assert.equal(kept(1, 'min', [3, NaN]), [3]);
});

test('without scores the newest is the best', () => {
  const best = new BestCheckpoints(2, 'min');
  best.add({ file: 'a', score: null });
  best.add({ file: 'b', score: null });
  assert.equal(best.add({ file: 'c', score: null }), [{ file: 'a', score: null }]);
  assert.equal(
    best.kept.map(({ file }) => file),
    ['c', 'b'],
  );
});

test('what falls out is told; equally good ones stay', () => {
  const best = new BestCheckpoints(1, 'min');
  assert.equal(best.add({ file: 'a', score: 2 }), []);
  assert.is(best.takes(2), false);
  assert.equal(best.add({ file: 'b', score: 1 }), [{ file: 'a', score: 2 }]);
});

test.run();
