import { registry } from '../../../registry/index.js';
import { annotate, annotatedValues, formatPath, toPlain, type Annotated, type ConfigTree } from '../../config/index.js';
import { UserError } from '../../errors.js';
import { chosenComponent } from '../component-config.js';
import { resolvedValues } from '../experiment.js';

/**
 * What `--resolved` shows: each value of the merged config and the place that it comes from. Nothing is built, and the
 * data may be elsewhere.
 * @param raw as it was merged, not validated and without defaults
 * @throws ConfigError with all mistakes of the config; UserError where it has no such component
 */
export function annotateResolved(
  tree: ConfigTree,
  { component, raw = false }: { component?: string | undefined; raw?: boolean } = {},
): Annotated {
  if (component === undefined) {
    return annotate(tree.root, raw ? {} : { values: resolvedValues(tree), nameOf: canonicalName });
  }
  if (raw) throw new UserError({ where: '--raw', problem: 'cannot be combined with --component' });
  const { config, node } = chosenComponent(tree, component);
  return annotate(node, { values: config, path: component.split('.'), nameOf: canonicalName });
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

/** The name under which `ldm list` has a component. */
export function canonicalName(target: string): string {
  return registry.resolve(target)?.target ?? target;
}
