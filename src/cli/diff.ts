import { annotate, annotatedValues, type AnnotatedValue } from '../config/index.js';
import { ConfigError } from '../errors.js';
import { compareConfigs, describeDifference, differenceData } from './diff/compare.js';
import { configsAt } from './diff/configs-at.js';
import type { Flags } from './flags.js';
import { annotateResolved, canonicalName } from './inspect/resolved.js';
import { loadConfig, type LoadedConfig } from './load-config.js';

const SAME = 0;
const DIFFERENT = 1;

/** `ldm diff`: what differs between two configs, runs or checkpoints. Returns the exit code, 1 where something does. */
export async function diff(a: string, b: string, flags: Flags): Promise<number> {
  const left = await loadConfig(configsAt(a));
  const right = await loadConfig(configsAt(b));
  const isResolved = flags.raw !== true && areValid({ [a]: left, [b]: right });
  const differences = compareConfigs(valuesOf(left, isResolved), valuesOf(right, isResolved), (target) =>
    canonicalName(left.registry)(canonicalName(right.registry)(target)),
  );
  if (flags.json === true) console.log(JSON.stringify(differences.map(differenceData), null, 2));
  else for (const difference of differences) console.log(describeDifference(difference, flags.origins === true));
  return differences.length > 0 ? DIFFERENT : SAME;
}

function valuesOf(config: LoadedConfig, isResolved: boolean): AnnotatedValue[] {
  return annotatedValues(isResolved ? annotateResolved(config) : annotate(config.tree.root));
}

/** Whether all defaults are known; where a mistake hides them, says so. */
function areValid(configs: Readonly<Record<string, LoadedConfig>>): boolean {
  const mistaken = Object.entries(configs).filter(([, config]) => {
    try {
      annotateResolved(config);
      return false;
    } catch (error) {
      if (error instanceof ConfigError) return true;
      throw error;
    }
  });
  if (mistaken.length === 0) return true;
  const names = mistaken.map(([name]) => name).join(' and ');
  console.error(`${names}: not valid, as "ldm check" says; both are compared as they are written, without defaults`);
  return false;
}
