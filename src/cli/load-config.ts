import { registry } from '../../registry/index.js';
import {
  loadExperimentTree,
  userTargets,
  withTexts,
  type Component,
  type ConfigText,
  type ConfigTree,
  type Registry,
  type TargetProblem,
} from '../config/index.js';
import { runReferences } from './run-references.js';

/** A config, and the components that it may name. */
export interface LoadedConfig {
  readonly tree: ConfigTree;
  /** All components of this program and those of the user's own that the config names. */
  readonly registry: Registry;
}

/** The config that a checkpoint carries. */
export function configOfCheckpoint(path: string, text: string): ConfigText {
  return { name: `${path} (its config)`, text };
}

/**
 * Reads configs and merges them; the runs that they refer to become the paths of checkpoints.
 * @param logdir the folder of all runs
 * @throws ConfigError where the configs cannot be read or merged
 */
export function loadTree(
  configs: readonly (string | ConfigText)[],
  overrides: readonly string[] = [],
  logdir?: string,
): ConfigTree {
  return loadExperimentTree(configs, overrides, runReferences(logdir));
}

/**
 * Reads configs, merges them and loads the components of the user's own that they name. In the tree these have names that
 * hold anywhere. What is wrong with one of them is for validation to report, with everything else.
 * @param logdir the folder of all runs
 * @throws ConfigError where the configs cannot be read or merged
 */
export async function loadConfig(
  configs: readonly (string | ConfigText)[],
  overrides: readonly string[] = [],
  logdir?: string,
): Promise<LoadedConfig> {
  const tree = loadTree(configs, overrides, logdir);
  const targets = [...userTargets(tree, registry)];
  if (targets.length === 0) return { tree, registry };
  // Only now: a compiler is no part of reading a config without code.
  const { loadUserComponents, surroundingsOf } = await import('./user-components/index.js');
  const embedded = configs.flatMap((config) => (typeof config === 'string' ? [] : [config.name]));
  const named = targets.map(([, { text, source }]) => ({ text, ...surroundingsOf(source, tree, embedded) }));
  const loaded = await loadUserComponents(named, registry);
  const components = new Map<string, Component>();
  const refused = new Map<string, TargetProblem>();
  for (const { target, found } of loaded) {
    if ('problem' in found) refused.set(target, found.problem);
    else components.set(target, found);
  }
  const names = new Map(targets.map(([node, { text }], i) => [node, loaded[i]?.target ?? text]));
  return {
    tree: withTexts(tree, names),
    registry: registry.with(components.values(), refused),
  };
}
