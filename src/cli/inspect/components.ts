import type { ComponentConfig } from '../../config/index.js';
import type { MetaBackend } from '../../engine/meta/index.js';
import { Module } from '../../nn/index.js';
import { costOfCalls, type Cost } from './cost.js';

/** A component that a config names, and what it is made of. */
export interface InspectedComponent {
  /** Dotted, in the config. */
  readonly path: string;
  readonly target: string;
  /** How many components it is inside of. */
  readonly depth: number;
  /** Absent for what has no weights, such as a learning-rate schedule. */
  readonly module: Module | undefined;
  /** Of its example calls; absent where it has none. */
  readonly cost: Cost | undefined;
  /** Why their cost could not be told. */
  readonly problem: string | undefined;
  /** Of its example calls, else of those of its parts; null where that is not known. */
  readonly multiplyAdds: number | null;
  /** Those it is made of, directly. */
  readonly parts: readonly InspectedComponent[];
}

/**
 * A component and those it is made of, with what the example calls of each cost.
 * @param built what was made of each config
 */
export function inspectComponent(
  config: ComponentConfig,
  {
    built,
    meta,
    path = '',
    depth = 0,
  }: { built: ReadonlyMap<object, unknown>; meta: MetaBackend; path?: string; depth?: number },
): InspectedComponent {
  const parts = nestedConfigs(config.params, built, path === '' ? 'params' : `${path}.params`).map((nested) =>
    inspectComponent(nested.config, { built, meta, path: nested.path, depth: depth + 1 }),
  );
  const made = built.get(config);
  const module = made instanceof Module ? made : undefined;
  const measured = module && measure(module, meta);
  return {
    path,
    target: config.target,
    depth,
    module,
    cost: measured?.cost,
    problem: measured?.problem,
    multiplyAdds: measured?.cost ? sum(measured.cost.multiplyAdds.values()) : sumOfParts(module, parts),
    parts,
  };
}

/** A component and all below it, in the order of the config. */
export function withParts(component: InspectedComponent): InspectedComponent[] {
  return [component, ...component.parts.flatMap(withParts)];
}

function measure(module: Module, meta: MetaBackend): { cost?: Cost | undefined; problem?: string } {
  try {
    return { cost: costOfCalls(module, meta) };
  } catch (error) {
    // Where a network reads numbers to decide what to do, shapes are not enough.
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A model that is not called as a whole is worth its parts; what has no weights costs nothing. */
function sumOfParts(module: Module | undefined, parts: readonly InspectedComponent[]): number | null {
  const counts = parts.map(({ multiplyAdds }) => multiplyAdds);
  const hasWeights = module?.namedParameters().next().done === false;
  if (hasWeights && parts.every((part) => !part.module)) return null;
  return counts.includes(null) ? null : sum(counts.map(Number));
}

export function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

function nestedConfigs(
  value: unknown,
  built: ReadonlyMap<object, unknown>,
  path: string,
): { config: ComponentConfig; path: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  if (built.has(value)) return [{ config: value as ComponentConfig, path }];
  return Object.entries(value).flatMap(([key, child]) => nestedConfigs(child, built, `${path}.${key}`));
}
