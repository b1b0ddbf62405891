import { ConfigError, describeProblem, type Problem } from '../errors.js';
import { basesKey, ConfigReader } from './bases.js';
import { malformedInterpolations } from './malformed.js';
import { mergeMaps } from './merge.js';
import { applyOverride, overrideSource, parseOverride, type Override } from './overrides.js';
import type { ConfigText } from './read.js';
import { resolveTree } from './resolve.js';
import type { ConfigExtensions } from './resolvers.js';
import type { ConfigTree, MapNode } from './tree.js';

/**
 * Reads configs, files or texts, each over what its `_base_` names; merges them left to right, applies the overrides in
 * order and then resolves all interpolations. Throws one ConfigError with the problems of all files and overrides; where
 * they can be merged, with those of the merged config too. What the values mean is for validation to say.
 * @param extensions what the program adds to the language
 */
export function loadExperimentTree(
  configs: readonly (string | ConfigText)[],
  overrides: readonly string[] = [],
  extensions: ConfigExtensions = {},
): ConfigTree {
  const reader = new ConfigReader();
  const trees = configs.flatMap((config) => reader.read(config) ?? []);
  const problems: Problem[] = [...reader.problems];
  const parsed = overrides.flatMap((text) => collect(problems, () => parseChecked(text, problems)) ?? []);
  if (trees.length < configs.length) throw new ConfigError(problems);

  let root: MapNode = { kind: 'map', entries: new Map(), origin: trees[0]?.origin };
  for (const tree of trees) root = collect(problems, () => mergeMaps(root, tree)) ?? root;
  for (const override of parsed) root = collect(problems, () => applyOverride(root, override)) ?? root;
  const { root: resolved, warnings, notes, problems: unresolved } = resolveTree(root, extensions);
  problems.push(...unresolved);
  if (!resolved || problems.length > 0) throw new ConfigError(withoutRepeated(problems));
  const sources = [...reader.texts.keys(), ...overrides.map(overrideSource)];
  return { root: resolved, sources: [...new Set(sources)], texts: reader.texts, warnings, notes };
}

function parseChecked(text: string, problems: Problem[]): Override {
  const override = parseOverride(text);
  const { action, path, value } = override;
  if (path[0] === basesKey) {
    throw new ConfigError({
      where: overrideSource(text),
      problem: `only a file can have "${basesKey}"`,
      remedy: 'give the file before the others on the command line',
    });
  }
  if (action !== 'remove') problems.push(...malformedInterpolations(value, path));
  return override;
}

/** What is malformed is found in the file, and once more where it is still there after merging. */
function withoutRepeated(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()];
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
