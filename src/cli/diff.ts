import { annotate, annotatedValues, type AnnotatedValue, type ConfigTree } from '../config/index.js';
import { ConfigError } from '../errors.js';
import { compareConfigs, describeDifference, differenceData } from './diff/compare.js';
import { readSide } from './diff/read-side.js';
import { resolvedValues } from './experiment.js';
import type { Flags } from './flags.js';
import { canonicalName } from './inspect/resolved.js';

const SAME = 0;
const DIFFERENT = 1;

/** `ldm diff`: what differs between two configs, runs or checkpoints. Returns the exit code, 1 where something does. */
export function diff(a: string, b: string, flags: Flags): number {
  const sides = [a, b].map((name) => ({ name, tree: readSide(name) }));
  const resolved = flags.raw === true ? undefined : resolve(sides);
  const [valuesOfA = [], valuesOfB = []] = resolved ?? sides.map(({ tree }) => annotatedValues(annotate(tree.root)));
  const differences = compareConfigs(valuesOfA, valuesOfB, canonicalName);
  if (flags.json === true) console.log(JSON.stringify(differences.map(differenceData), null, 2));
  else for (const difference of differences) console.log(describeDifference(difference, flags.origins === true));
  return differences.length > 0 ? DIFFERENT : SAME;
}

/** The values of both with their defaults; undefined, and said, where a mistake in one leaves its defaults unknown. */
function resolve(sides: readonly { name: string; tree: ConfigTree }[]): AnnotatedValue[][] | undefined {
  const mistaken: string[] = [];
  const resolved = sides.map(({ name, tree }) => {
    try {
      return annotatedValues(annotate(tree.root, { values: resolvedValues(tree), nameOf: canonicalName }));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mistaken.push(name);
      return [];
    }
  });
  if (mistaken.length === 0) return resolved;
  const names = mistaken.join(' and ');
  console.error(`${names}: not valid, as "ldm check" says; both are compared as they are written, without defaults`);
  return undefined;
}
