import {
  formatPath,
  nodeAt,
  validateConfig,
  type ComponentConfig,
  type ConfigNode,
  type MapNode,
} from '../config/index.js';
import { nearestNames, UserError } from '../errors.js';
import type { LoadedConfig } from './load-config.js';

/** A component that a command is about. */
export interface ChosenComponent {
  /** Its dotted path in the config, empty for a config that is nothing but a component. */
  readonly path: string;
  /** Validated, every default filled in. */
  readonly config: ComponentConfig;
  /** As it was written. */
  readonly node: MapNode;
}

/**
 * The component at a dotted path of a config, validated, `model` where none is given; a config that is nothing but a
 * component is meant whole. The rest of the config is not looked at.
 * @throws UserError when there is no component at that path; ConfigError with all mistakes in it
 */
export function chosenComponent({ tree, registry }: LoadedConfig, path: string | undefined): ChosenComponent {
  const isComponent = path === undefined && tree.root.entries.has('target');
  const keys = isComponent ? [] : (path ?? 'model').split('.');
  const node = nodeAt(tree.root, keys);
  const chosen = keys.join('.');
  if (node?.kind !== 'map' || !['target', 'params'].some((key) => node.entries.has(key))) {
    const paths = componentPaths(tree.root);
    throw new UserError({
      where: tree.sources.join(', '),
      path: chosen,
      problem: 'there is no such component',
      expected: 'the path of a {target, params} in the config',
      nearest: nearestNames(chosen, paths),
      ...(paths[0] !== undefined && { remedy: `--component ${paths[0]}` }),
    });
  }
  const slot = chosen || 'config';
  const kinds = registry.kinds();
  const { values } = validateConfig(
    { root: { kind: 'map', entries: new Map([[slot, { value: node }]]) }, sources: tree.sources, texts: tree.texts },
    { type: 'object', additionalProperties: false, required: [slot], properties: { [slot]: { component: kinds } } },
    registry,
    () => besideModels,
  );
  return { path: chosen, config: values[slot] as ComponentConfig, node };
}

/** What stands beside a model's target and params is for training. */
const besideModels = { keys: { base_learning_rate: { type: 'number' } } };

/** The dotted paths of everything in a config that has a target. */
export function componentPaths(node: ConfigNode, path: readonly string[] = []): string[] {
  if (node.kind === 'list') return node.items.flatMap((item, i) => componentPaths(item, [...path, String(i)]));
  if (node.kind !== 'map') return [];
  const own = node.entries.has('target') && path.length > 0 ? [formatPath(path)] : [];
  return [...own, ...[...node.entries].flatMap(([key, { value }]) => componentPaths(value, [...path, key]))];
}
