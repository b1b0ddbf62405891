import type { Hyperparameters } from './logger.js';

/**
 * The values of nested maps by dotted path. A list counts as one value, its JSON; what is null says nothing and is left out.
 */
export function flattenHyperparameters(values: Readonly<Record<string, unknown>>): Hyperparameters {
  return Object.fromEntries(entriesOf(values, ''));
}

function* entriesOf(map: object, prefix: string): Generator<[string, number | string | boolean]> {
  for (const [name, value] of Object.entries(map) as [string, unknown][]) {
    const path = `${prefix}${name}`;
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') yield [path, value];
    else if (Array.isArray(value)) yield [path, JSON.stringify(value)];
    else if (typeof value === 'object' && value !== null) yield* entriesOf(value, `${path}.`);
  }
}
