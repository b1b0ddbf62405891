import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { optimizerTurns } from './optimizer-turns.js';

const upTo = (steps: number, turns: (step: number) => readonly number[]) =>
  Array.from({ length: steps }, (_, step) => turns(step));

test('every optimizer takes every step', () => {
  assert.equal(upTo(2, optimizerTurns([{}, {}])), [
    [0, 1],
    [0, 1],
  ]);
});

test('an optimizer begins with its start step', () => {
  assert.equal(upTo(4, optimizerTurns([{ startStep: 0 }, { startStep: 2 }])), [[0], [0], [0, 1], [0, 1]]);
});

test("frequencies are turns, as Lightning's: so many steps in succession", () => {
  assert.equal(upTo(7, optimizerTurns([{ frequency: 1 }, { frequency: 2 }])), [[0], [1], [1], [0], [1], [1], [0]]);
});

test('the turn of an optimizer that has not begun is nobody’s', () => {
  assert.equal(upTo(5, optimizerTurns([{ frequency: 1 }, { frequency: 1, startStep: 2 }])), [[0], [], [0], [1], [0]]);
});

test('what is no number of steps is refused', () => {
  assert.throws(() => optimizerTurns([{ startStep: -1 }]), 'optimizer 0: expected a startStep of 0 or more, found -1');
  assert.throws(
    () => optimizerTurns([{}, { frequency: 0.5 }]),
    'optimizer 1: expected a frequency of 1 or more steps, found 0.5',
  );
  assert.throws(
    () => optimizerTurns([{ frequency: 1 }, {}]),
    'a frequency for 1 of 2 optimizers: give it to all or to none',
  );
});

test.run();
