import { describeSchema, fromPlain, writeInline, type Component, type Registry } from '../../config/index.js';
import { alignFacts } from '../columns.js';
import { wrapText } from '../wrap.js';
import type { Example } from './example.js';

type Schema = Readonly<Record<string, unknown>>;

/** The components by kind, a line each. */
export function describeList(components: readonly Component[], width: number): string {
  const column = Math.max(0, ...components.map(({ target }) => target.length)) + 4;
  const kinds = [...new Set(components.map(({ kind }) => kind))];
  const groups = kinds.map((kind) => {
    const members = components.filter((component) => component.kind === kind);
    const lines = members.map(({ target, summary }) => `  ${target}`.padEnd(column) + wrapped(summary, column, width));
    return [kind, ...lines].join('\n');
  });
  return groups.join('\n\n');
}

/** A component for one who is to use it: what it is, its parameters with those of the maps in them, an example. */
export function describeComponent(
  component: Component,
  { registry, example, width }: { registry: Registry; example: Example; width: number },
): string {
  const { target, aliases = [], kind, summary, shapes, source, params } = component;
  const names = [target, 'also', 'shapes', 'source'];
  const column = Math.max(...names.map(({ length }) => length)) + 2;
  const fact = (text: string): string => wrapText(text, width - column);
  const facts = alignFacts([
    [target, fact(`${kind}: ${summary}`)],
    ...aliases.map((alias) => ['also', alias] as const),
    ...(shapes === undefined ? [] : [['shapes', fact(shapes)] as const]),
    ['source', fact(source)],
  ]);
  const parameters = parameterLines({ ...params }, { registry, width, indent: 2 });
  const none = params.additionalProperties ? '  any; none is used' : '  none';
  const yaml = example.yaml.trimEnd().replaceAll(/^/gm, '  ');
  return [
    facts,
    ['parameters', ...(parameters.length > 0 ? parameters : [none])].join('\n'),
    [example.source === undefined ? 'to fill in' : `as in ${example.source}`, yaml].join('\n'),
  ].join('\n\n');
}

/** A text that begins in a column, and stays to the right of it. */
function wrapped(text: string, column: number, width: number): string {
  return wrapText(text, width - column).replaceAll('\n', `\n${' '.repeat(column)}`);
}

interface Page {
  readonly registry: Registry;
  readonly width: number;
  readonly indent: number;
}

function parameterLines({ properties, required }: Schema, page: Page): string[] {
  const needed = new Set(Array.isArray(required) ? required.map(String) : []);
  const schemas = Object.entries(asSchema(properties)).map(([name, schema]) => [name, asSchema(schema)] as const);
  const column = page.indent + Math.max(0, ...schemas.map(([name]) => name.length)) + 2;
  return schemas.flatMap(([name, schema]) => {
    const takes = [describeSchema(schema), unitOf(schema), needOf(schema, needed.has(name))].filter(Boolean).join(', ');
    const fits = slotsOf(schema).flatMap((kinds) => page.registry.components(kinds).map(({ target }) => target));
    const texts = [
      takes,
      ...(typeof schema.description === 'string' ? [schema.description] : []),
      ...(fits.length > 0 ? [`fits: ${[...new Set(fits)].join(', ')}`] : []),
    ];
    const [first = '', ...rest] = texts.map((text) => wrapped(text, column, page.width));
    return [
      ' '.repeat(page.indent) + name.padEnd(column - page.indent) + first,
      ...rest.map((text) => ' '.repeat(column) + text),
      ...mapsIn(schema).flatMap((map) => parameterLines(map, { ...page, indent: column })),
    ];
  });
}

function unitOf({ unit }: Schema): string {
  return typeof unit === 'string' ? `in ${unit}` : '';
}

function needOf({ default: fallback }: Schema, isRequired: boolean): string {
  if (isRequired) return 'required';
  return fallback === undefined ? 'may be left out' : `default ${writeInline(fromPlain(fallback))}`;
}

/** The kinds that each slot in a schema takes, alone, in a list, in a map or as one of several things. */
function slotsOf({ component, items, additionalProperties, anyOf, oneOf }: Schema): string[][] {
  const inside = [items, additionalProperties, anyOf, oneOf].flat().filter(Boolean);
  const own = component === undefined ? [] : [[component].flat().map(String)];
  return [...own, ...inside.flatMap((schema) => slotsOf(asSchema(schema)))];
}

/** The maps of parameters in a schema. */
function mapsIn({ properties, items, anyOf, oneOf, required }: Schema): Schema[] {
  const inside = [items, anyOf, oneOf].flat().filter(Boolean);
  return [...(properties ? [{ properties, required }] : []), ...inside.flatMap((schema) => mapsIn(asSchema(schema)))];
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}
