import { SKIP_LIMIT, type Skip } from './skipped.js';
import type { Spec } from './suite.js';

export interface Verdict {
  readonly passed: readonly Spec[];
  readonly failed: readonly Spec[];
  /** Failed as the list says. */
  readonly skipped: readonly Spec[];
  /** Left out by tfjs itself. */
  readonly pending: readonly Spec[];
  /** What is wrong with the list. */
  readonly problems: readonly string[];
}

/** Holds what the specs did against the list of those that cannot pass: an entry is stale when none of its specs fails. */
export function judge(specs: readonly Spec[], skips: readonly Skip[]): Verdict {
  const listed = new Set(skips.map(({ name }) => name));
  const failing = specs.filter(({ status }) => status === 'failed');
  const skipped = failing.filter(({ name }) => listed.has(name));
  const known = new Set(specs.map(({ name }) => name));
  const needed = new Set(skipped.map(({ name }) => name));
  const problems = skips
    .filter(({ name }) => !needed.has(name))
    .map(({ name }) => `${name}: ${known.has(name) ? 'passes' : 'is no spec'}; take it off the list`);
  if (skipped.length > SKIP_LIMIT) problems.push(`${skipped.length} specs are skipped, at most ${SKIP_LIMIT} may be`);
  return {
    passed: specs.filter(({ status }) => status === 'passed'),
    failed: failing.filter(({ name }) => !listed.has(name)),
    skipped,
    pending: specs.filter(({ status }) => status === 'pending'),
    problems,
  };
}
