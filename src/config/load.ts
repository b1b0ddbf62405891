import { ConfigError, type Problem } from '../errors.js';
import { mergeMaps } from './merge.js';
import { applyOverride, overrideSource, parseOverride, type Override } from './overrides.js';
import { displayPath, parseConfig, readConfigFile, type ConfigText } from './read.js';
import type { ConfigTree, MapNode } from './tree.js';

/**
 * Reads configs, files or texts, merges them left to right and applies the overrides in order. Throws one ConfigError with the
 * problems of all files and overrides. What the values mean is for validation to say.
 */
export function loadExperimentTree(
  configs: readonly (string | ConfigText)[],
  overrides: readonly string[] = [],
): ConfigTree {
  const problems: Problem[] = [];
  const texts = new Map<string, string>();
  const read = (config: string | ConfigText): MapNode => {
    const { name, text } = typeof config === 'string' ? readConfigFile(config) : config;
    texts.set(name, text);
    return parseConfig({ name, text });
  };
  const trees = configs.flatMap((config) => collect(problems, () => read(config)) ?? []);
  const parsed = overrides.flatMap((text) => collect(problems, () => parseOverride(text)) ?? []);
  if (problems.length > 0) throw new ConfigError(problems);

  let root = trees.reduce<MapNode>((base, over) => mergeMaps(base, over), {
    kind: 'map',
    entries: new Map(),
    origin: trees[0]?.origin,
  });
  const apply = (override: Override) => applyOverride(root, override);
  for (const override of parsed) root = collect(problems, () => apply(override)) ?? root;
  if (problems.length > 0) throw new ConfigError(problems);
  const names = configs.map((config) => (typeof config === 'string' ? displayPath(config) : config.name));
  return { root, sources: [...new Set([...names, ...overrides.map(overrideSource)])], texts };
}

function collect<T>(problems: Problem[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
