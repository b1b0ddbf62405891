import { annotate, annotatedValues, type Annotated } from '../config/index.js';
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
  const written = () => [left, right].map(({ tree }) => annotate(tree.root));
  const shown =
    (flags.raw === true
      ? undefined
      : withDefaults([
          [a, left],
          [b, right],
        ])) ?? written();
  const [before = [], after = []] = shown.map(annotatedValues);
  const differences = compareConfigs(before, after, (target) =>
    canonicalName(left.registry)(canonicalName(right.registry)(target)),
  );
  if (flags.json === true) console.log(JSON.stringify(differences.map(differenceData), null, 2));
  else for (const difference of differences) console.log(describeDifference(difference, flags.origins === true));
  return differences.length > 0 ? DIFFERENT : SAME;
}

/** Configs by name with all defaults; undefined where a mistake hides them, which is said. */
function withDefaults(configs: readonly (readonly [name: string, config: LoadedConfig])[]): Annotated[] | undefined {
  const mistaken = new Set<string>();
  const annotated = configs.flatMap(([name, config]) => {
    try {
      return [annotateResolved(config)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      mistaken.add(name);
      return [];
    }
  });
  if (mistaken.size === 0) return annotated;
  const names = [...mistaken].join(' and ');
  console.error(`${names}: not valid, as "ldm check" says; both are compared as they are written, without defaults`);
  return undefined;
}
