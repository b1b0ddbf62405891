import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SKIP_LIMIT } from './skipped.js';
import type { Spec } from './suite.js';
import { judge } from './verdict.js';

const spec = (name: string, status: Spec['status']): Spec => ({ name, status, messages: [] });
const counts = (specs: readonly Spec[], skipped: readonly string[]): number[] => {
  const verdict = judge(
    specs,
    skipped.map((name) => ({ name, reason: 'it cannot pass' })),
  );
  return [verdict.passed, verdict.failed, verdict.skipped, verdict.pending, verdict.problems].map(
    ({ length }) => length,
  );
};

test('a failing spec is skipped when the list names it, and else has failed', () => {
  const specs = [spec('a', 'passed'), spec('b', 'failed'), spec('c', 'failed'), spec('d', 'pending')];
  assert.equal(counts(specs, ['b']), [1, 1, 1, 1, 0]);
});

test('an entry whose spec passes is stale', () => {
  const { problems } = judge([spec('a', 'passed')], [{ name: 'a', reason: 'it could not pass' }]);
  assert.equal(problems, ['a: passes; take it off the list']);
});

test('an entry that names no spec is stale', () => {
  const { problems } = judge([spec('a', 'passed')], [{ name: 'ab', reason: 'it could not pass' }]);
  assert.equal(problems, ['ab: is no spec; take it off the list']);
});

test('specs that share a name: those that fail are skipped', () => {
  assert.equal(counts([spec('a', 'passed'), spec('a', 'failed'), spec('a', 'failed')], ['a']), [1, 0, 2, 0, 0]);
});

test('only so many may be skipped', () => {
  const failing = (size: number): Spec[] => Array.from({ length: size }, (_, i) => spec(`spec ${i}`, 'failed'));
  const names = (size: number): string[] => failing(size).map(({ name }) => name);
  assert.equal(counts(failing(SKIP_LIMIT), names(SKIP_LIMIT)), [0, 0, SKIP_LIMIT, 0, 0]);
  assert.equal(counts(failing(SKIP_LIMIT + 1), names(SKIP_LIMIT + 1)), [0, 0, SKIP_LIMIT + 1, 0, 1]);
});

test.run();
