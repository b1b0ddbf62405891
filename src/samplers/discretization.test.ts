import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ddimTimesteps, descents } from './discretization.js';

const test = suite('discretization');

test('uniform steps, moved up by one where there are gaps', () => {
  assert.equal(ddimTimesteps(5, 1000), [1, 201, 401, 601, 801]);
  assert.equal(ddimTimesteps(3, 10), [1, 4, 7, 9]);
  assert.equal(ddimTimesteps(4, 4), [0, 1, 2, 3]);
  assert.equal(ddimTimesteps(1, 1), [0]);
});

test('quadratic steps', () => {
  // numpy: ((np.linspace(0, np.sqrt(1000 * .8), 5)) ** 2).astype(int) + 1
  assert.equal(ddimTimesteps(5, 1000, 'quad'), [1, 51, 201, 451, 801]);
  assert.equal(
    ddimTimesteps(50, 1000, 'quad').filter((_, i) => i % 6 === 0),
    [1, 17, 57, 121, 209, 321, 457, 617, 801],
  );
  // With 10 of 20 the published code visits timestep 1 three times.
  assert.equal(ddimTimesteps(10, 20, 'quad'), [1, 2, 4, 5, 8, 10, 13, 17]);
  assert.equal(ddimTimesteps(1, 20, 'quad'), [1]);
});

test('bad numbers of steps', () => {
  for (const steps of [0, 11, 2.5]) {
    assert.throws(() => ddimTimesteps(steps, 10), new RegExp(`expected 1 to 10 steps, found ${steps}`));
  }
});

test('the steps down', () => {
  assert.equal(descents([1, 3], Float64Array.of(0.9, 0.8, 0.7, 0.6), 1), [
    { timestep: 3, alphaBar: 0.6, nextTimestep: 1, nextAlphaBar: 0.8 },
    { timestep: 1, alphaBar: 0.8, nextTimestep: undefined, nextAlphaBar: 1 },
  ]);
});

test.run();
