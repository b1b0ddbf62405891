import { annotate, annotatedValues, formatPath, toPlain, type Annotated, type Registry } from '../../config/index.js';
import { chosenComponent } from '../component-config.js';
import { resolvedValues } from '../experiment.js';
import type { LoadedConfig } from '../load-config.js';

/**
 * What `--resolved` shows: each value of the merged config and the place that it comes from, with defaults; of one component
 * where its path is given. Nothing is built, and the data may be elsewhere.
 * @throws ConfigError with all mistakes of the config; UserError where it has no such component
 */
export function annotateResolved(config: LoadedConfig, component?: string): Annotated {
  const nameOf = canonicalName(config.registry);
  if (component === undefined) return annotate(config.tree.root, { values: resolvedValues(config), nameOf });
  const { config: values, node } = chosenComponent(config, component);
  return annotate(node, { values, path: component.split('.'), nameOf });
}

/** `[{ path, value, origin }]`, in the order of the lines. */
export function annotatedJson(annotated: Annotated): string {
  const values = annotatedValues(annotated).map(({ path, node, origin }) => ({
    path: formatPath(path),
    value: toPlain(node),
    origin,
  }));
  return `${JSON.stringify(values, null, 2)}\n`;
}

/** Gives the name under which a registry lists a component. */
export function canonicalName(registry: Registry): (target: string) => string {
  return (target) => registry.resolve(target)?.target ?? target;
}
