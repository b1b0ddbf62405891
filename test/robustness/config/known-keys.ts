import type { Registry } from '../../../src/config/index.js';

/**
 * The dotted paths of the keys that no schema knows: written apart from the program's own validation, to hold it against.
 *
 * @param schema of `value`; a slot (`component`) is looked up in the registry by the value's target
 */
export function unknownKeys(value: unknown, schema: unknown, registry: Registry, path = ''): string[] {
  if (typeof value !== 'object' || value === null || !isMap(schema)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => unknownKeys(item, schema.items ?? {}, registry, `${path}.${i}`));
  }
  if (schema.component !== undefined) return unknownInComponent(value as Map, registry, path);
  const branches = (schema.anyOf ?? schema.oneOf) as unknown[] | undefined;
  if (branches) {
    const found = branches.map((branch) => unknownKeys(value, branch, registry, path));
    return found.find((keys) => keys.length === 0) ?? found[0] ?? [];
  }
  const properties = (schema.properties ?? {}) as Map;
  return Object.entries(value as Map).flatMap(([key, child]) => {
    const here = path === '' ? key : `${path}.${key}`;
    if (Object.hasOwn(properties, key)) return unknownKeys(child, properties[key], registry, here);
    if (schema.additionalProperties === false) return [here];
    return unknownKeys(child, schema.additionalProperties, registry, here);
  });
}

function unknownInComponent(value: Map, registry: Registry, path: string): string[] {
  const own = Object.keys(value).filter((key) => !['target', 'params', 'base_learning_rate'].includes(key));
  const component = typeof value.target === 'string' ? registry.resolve(value.target) : undefined;
  if (own.length > 0 || !component) return [`${path}: ${own.join(', ') || 'no target'}`];
  return unknownKeys(value.params ?? {}, component.params, registry, `${path}.params`);
}

type Map = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Map {
  return typeof value === 'object' && value !== null;
}
