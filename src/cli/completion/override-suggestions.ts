import { registry } from '../../../registry/index.js';
import { childOf, experimentSchema, writeInline, type ConfigNode, type ConfigTree } from '../../config/index.js';
import { experimentOptions } from '../experiment.js';
import type { Suggestion } from './suggestion.js';

type Schema = Readonly<Record<string, unknown>>;

/** A value of a config, or the place for one that its component takes. */
interface Place {
  readonly node?: ConfigNode | undefined;
  readonly schema: Schema;
  /** Set where it is the `target` of a component: the kinds that fit. */
  readonly kinds?: readonly string[];
}

/**
 * What a `path=value`, `+path=value` or `~path` that was begun may go on with: the next step of the path, of what the
 * config has and of what its components take; behind the `=`, names of components, choices, the value in the config and the
 * default.
 */
export function overrideSuggestions(tree: ConfigTree, begun: string): Suggestion[] {
  const [, sign = '', path = '', equals = ''] = /^(\+\+?|~)?([^=]*)(=?)/.exec(begun) ?? [];
  const steps = path.split('.');
  const inner = equals === '' ? steps.slice(0, -1) : steps;
  const place = inner.reduce<Place | undefined>((at, step) => at && childrenOf(at).get(step), rootOf(tree));
  if (!place) return [];
  if (equals !== '') return valuesAt(place).map((value) => ({ value: `${sign}${path}=${value}` }));
  const prefix = sign + inner.map((step) => `${step}.`).join('');
  return [...childrenOf(place)].flatMap(([key, child]) => {
    // A key that holds a dot is written in brackets: rare, and not worth a second spelling here.
    if (/[.[\]=]/.test(key)) return [];
    const description = typeof child.schema.description === 'string' ? child.schema.description : undefined;
    return endings(sign, child).map((ending) => ({
      value: `${prefix}${key}${ending}`,
      ...(description !== undefined && { description }),
    }));
  });
}

/** How the path goes on behind a key: further in, or to the value; what is removed or added has to be there, or not. */
function endings(sign: string, place: Place): string[] {
  const inner = childrenOf(place).size > 0 ? ['.'] : [];
  const isThere = place.node !== undefined;
  if (sign === '~') return isThere ? ['', ...inner] : [];
  if (inner.length > 0) return inner;
  return sign === '' || !isThere ? ['='] : [];
}

function rootOf({ root }: ConfigTree): Place {
  const kinds = registry.kinds();
  return {
    node: root,
    schema: asSchema(root.entries.has('target') ? { component: kinds } : experimentSchema(experimentOptions)),
  };
}

function childrenOf({ node, schema }: Place): Map<string, Place> {
  const children = new Map<string, Place>();
  const add = (key: string, of: unknown, kinds?: readonly string[]): void => {
    if (children.has(key)) return;
    children.set(key, { node: node && childOf(node, key), schema: asSchema(of), ...(kinds && { kinds }) });
  };
  // What stands there counts, not what else could: a list is no map of numbers, a name no component.
  if (node && isPlain(node)) return children;
  const branches = branchesOf(schema);
  for (const { component, properties } of branches) {
    if (component !== undefined) {
      add('target', {}, [component].flat().map(String));
      add('params', paramsOf(node));
    }
    for (const [key, property] of Object.entries(asSchema(properties))) add(key, property);
  }
  const others = branches.map(({ additionalProperties, items }) => additionalProperties ?? items).find(Boolean);
  for (const key of keysOf(node)) add(key, others);
  return children;
}

function paramsOf(node: ConfigNode | undefined): unknown {
  const target = node && childOf(node, 'target');
  return target?.kind === 'scalar' ? registry.resolve(String(target.value))?.params : undefined;
}

/** Whether a value is written whole: a scalar, or a list of scalars. */
function isPlain(node: ConfigNode): boolean {
  return node.kind === 'scalar' ? node.value !== null : node.kind === 'list' && node.items.every(isPlain);
}

function keysOf(node: ConfigNode | undefined): string[] {
  if (node?.kind === 'map') return [...node.entries.keys()];
  return node?.kind === 'list' ? node.items.map((_, i) => String(i)) : [];
}

function valuesAt({ node, schema, kinds }: Place): string[] {
  const written = node && isPlain(node) ? [writeInline(node).replaceAll(', ', ',')] : [];
  const targets = kinds ? registry.components(kinds).map(({ target }) => target) : [];
  const choices = branchesOf(schema).flatMap(({ enum: listed, const: constant, type, default: fallback }) => [
    ...(Array.isArray(listed) ? (listed as unknown[]) : []),
    ...(constant === undefined ? [] : [constant]),
    ...([type].flat().includes('boolean') ? [true, false] : []),
    ...(fallback === undefined || typeof fallback === 'object' ? [] : [fallback]),
  ]);
  return [...new Set([...written, ...targets, ...choices.map(String)])];
}

/** A schema and the alternatives in it. */
function branchesOf(schema: Schema): Schema[] {
  const alternatives = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return [schema, ...alternatives.map(asSchema)];
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}
