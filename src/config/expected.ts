import { writeFlow } from './found.js';
import { kindsOf, type Schema } from './schema.js';
import { fromPlain } from './tree.js';

/** What a schema asks for, in the words of messages: `integer >= 1`, `one of linear, cosine`, `list of integers`. */
export function describeSchema(schema: unknown): string {
  return describe(schema, false);
}

/** `a network`, `a loss or network`. */
export function describeKinds(kinds: readonly string[]): string {
  const [first = 'component'] = kinds;
  return `${/^[aeiou]/.test(first) ? 'an' : 'a'} ${listOr(kinds.length === 0 ? [first] : kinds)}`;
}

function describe(schema: unknown, plural: boolean): string {
  if (typeof schema !== 'object' || schema === null) return plural ? 'values' : 'any value';
  const { type, enum: choices, const: constant, anyOf, oneOf, component, default: fallback } = schema as Schema;
  if (component !== undefined) {
    const one = plural ? 'components ({target, params})' : `${describeKinds(kindsOf(component))} ({target, params})`;
    return fallback === null ? `${one} or null` : one;
  }
  if (constant !== undefined) return writeValue(constant);
  if (Array.isArray(choices)) return `one of ${[...new Set(choices.map(writeValue))].join(', ')}`;
  const alternatives: unknown = anyOf ?? oneOf;
  if (Array.isArray(alternatives)) return joinAlternatives(alternatives.map((one) => describe(one, plural)));
  const types = Array.isArray(type) ? (type as unknown[]) : [type];
  return joinAlternatives(types.map((one) => describeType(one, schema as Schema, plural)));
}

function describeType(type: unknown, schema: Schema, plural: boolean): string {
  const s = plural ? 's' : '';
  switch (type) {
    case 'integer':
    case 'number':
      return `${type}${s}${describeRange(schema)}`;
    case 'string':
      if (typeof schema.form === 'string') return schema.form;
      return typeof schema.pattern === 'string' ? `text that matches ${schema.pattern}` : 'text';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `${schema.minItems === 1 ? 'non-empty ' : ''}list${s} of ${describeCount(schema)}${describe(schema.items, true)}`;
    case 'object':
      return `map${s}`;
    default:
      return plural ? 'values' : 'any value';
  }
}

function describeRange(schema: Schema): string {
  const bounds = (
    [
      ['minimum', '>='],
      ['exclusiveMinimum', '>'],
      ['maximum', '<='],
      ['exclusiveMaximum', '<'],
    ] as const
  ).flatMap(([keyword, sign]) => (typeof schema[keyword] === 'number' ? [`${sign} ${schema[keyword]}`] : []));
  if (typeof schema.multipleOf === 'number') bounds.push(`a multiple of ${schema.multipleOf}`);
  return bounds.length > 0 ? ` ${bounds.join(' and ')}` : '';
}

function describeCount({ minItems, maxItems }: Schema): string {
  if (typeof minItems === 'number' && typeof maxItems === 'number') {
    return minItems === maxItems ? `${minItems} ` : `${minItems} to ${maxItems} `;
  }
  if (typeof minItems === 'number' && minItems > 1) return `${minItems} or more `;
  return typeof maxItems === 'number' ? `at most ${maxItems} ` : '';
}

/** `a`, `a or b`, `a, b or c`. */
function listOr(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' or ');
}

function joinAlternatives(texts: readonly string[]): string {
  return [...new Set(texts)].join(' or ');
}

/** A constant as a config writes it; text without quotes, which a list of choices does not need. */
function writeValue(value: unknown): string {
  return typeof value === 'string' ? value : writeFlow(fromPlain(value));
}
