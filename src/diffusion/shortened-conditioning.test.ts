import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { conditionTimesteps } from './shortened-conditioning.js';

// The published schedule: the first elements are torch.round(torch.linspace(0, timesteps - 1, count)).
for (const [timesteps, count, first] of [
  [10, 4, [0, 3, 6, 9, 9, 9, 9, 9, 9, 9]],
  [102, 3, [0, 50, 101, 101, 101]],
  [1000, 3, [0, 500, 999, 999]],
  [6, 6, [0, 1, 2, 3, 4, 5]],
  [4, 1, [0, 3, 3, 3]],
] as const) {
  test(`${count} of ${timesteps}`, () => {
    const found = conditionTimesteps(timesteps, count);
    assert.is(found.length, timesteps);
    assert.equal([...found.slice(0, first.length)], first);
    assert.is(found.at(-1), timesteps - 1);
  });
}

test.run();
