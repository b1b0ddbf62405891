import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkpointName, patternProblem } from './checkpoint-name.js';

const values = { epoch: 3, step: 1200, 'val/loss': 0.12345, lr: 1.5e-5, up: -2 };

const names: [pattern: string, inserted: string, bare: string][] = [
  ['{epoch:06}', 'epoch=000003', '000003'],
  ['{epoch:06}-{step:09}', 'epoch=000003-step=000001200', '000003-000001200'],
  ['{epoch:02d}-{val/loss:.2f}', 'epoch=03-val_loss=0.12', '03-0.12'],
  ['best_{step}', 'best_step=1200', 'best_1200'],
  ['{lr:.1e}', 'lr=1.5e-05', '1.5e-05'],
  ['{up:05d}', 'up=-0002', '-0002'],
  ['{never:.1f}', 'never=0.0', '0.0'],
  ['plain', 'plain', 'plain'],
];
for (const [pattern, inserted, bare] of names) {
  test(pattern, () => {
    assert.is(checkpointName(pattern, values, true), inserted);
    assert.is(checkpointName(pattern, values, false), bare);
    assert.is(patternProblem(pattern), undefined);
  });
}

test('patterns that are no file names', () => {
  assert.is(patternProblem('a/{epoch}'), 'a file name has no slashes; dirpath says where it lies');
  assert.is(patternProblem('{epoch'), 'a brace has no partner');
  assert.is(patternProblem('{epoch:>6}'), '">6" in {epoch:>6} is no format such as 06, d, .2f or .3e');
  assert.is(patternProblem('{}'), '{} names no value');
  assert.is(patternProblem('last'), 'last.ckpt is the checkpoint that a run goes on from');
});

test.run();
