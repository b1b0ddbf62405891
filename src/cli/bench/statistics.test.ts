import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { median, spread } from './statistics.js';

test('the median of an odd and of an even number of values', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 3, 2]), 2.5);
});

test('the spread does not depend on the order', () => {
  assert.equal(spread([10, 9, 100]), { median: 10, min: 9, max: 100 });
});

test.run();
