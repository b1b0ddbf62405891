import { describeSchema } from '../expected.js';
import { writeFlow } from '../found.js';
import type { Schema } from '../schema.js';
import { fromPlain, type Path } from '../tree.js';
import { textPattern } from './later.js';

/** What the values of one part of a config need from the whole: its slots, and which sections may be empty. */
export interface Surroundings {
  /** The schema of a slot with these kinds. */
  readonly slot: (component: unknown, options: { readonly path: Path; readonly nullable: boolean }) => Schema;
  readonly mayBeEmpty: (path: Path) => boolean;
}

/** A property as an editor shows it: what it is, what it takes, and what it is where it is left out. */
export function propertySchema(property: Schema, path: Path, surroundings: Surroundings, isRequired: boolean): Schema {
  const { default: fallback } = property;
  const { description, ...schema } = valueSchema(property, path, surroundings);
  const text = [property.description ?? description, describeUse(property, isRequired)].filter(Boolean).join('\n\n');
  // The default of a map is what its own keys say.
  const isPlain = property.component === undefined && !isMap(fallback);
  return { description: text, ...(fallback !== undefined && isPlain && { default: fallback }), ...schema };
}

/**
 * The draft-07 schema of one value, written as a value of its type or as text that stands for one. Only what a reader
 * of plain JSON Schema knows is left of ours. Required keys are not demanded: a file may be there to be merged over
 * another that has them.
 *
 * @throws Error on a keyword that is not translated
 */
export function valueSchema(schema: Schema, path: Path, surroundings: Surroundings): Schema {
  const { component, enum: choices, const: constant, anyOf, oneOf, pattern } = schema;
  if (component !== undefined) {
    const nullable = schema.default === null || surroundings.mayBeEmpty(path);
    return surroundings.slot(component, { path, nullable });
  }
  const types = typesOf(schema);
  const isAnything = types.length === 0 && [choices, constant, anyOf, oneOf].every((keyword) => keyword === undefined);
  if (isAnything) return {};
  const alternatives = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (alternatives) {
    const isSlot = (one: Schema) => one.component !== undefined;
    return orLater(alternatives.map((one) => (isSlot(one) ? valueSchema : shapeOf)(one, path, surroundings)));
  }
  const shape = shapeOf(schema, path, surroundings);
  if (choices !== undefined || constant !== undefined) return orLater([shape]);
  if (types.includes('string')) return pattern === undefined ? shape : orLater([shape]);
  const empty = surroundings.mayBeEmpty(path) ? ['null'] : [];
  return {
    ...shape,
    type: [...types, 'string', ...empty],
    pattern: textPattern(types),
    errorMessage: `Expected ${describeSchema(schema)}.`,
  };
}

function orLater(alternatives: readonly Schema[]): Schema {
  return { anyOf: [...alternatives, { $ref: '#/definitions/later' }] };
}

const copied = ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems'];
const copiedOfText = ['minLength', 'maxLength', 'pattern', 'enum', 'const'];
const translated = ['type', 'items', 'properties', 'additionalProperties'];
const dropped = ['description', 'default', 'unit', 'form', 'required'];

/** A schema that says nothing of text in the value's place. */
function shapeOf(schema: Schema, path: Path, surroundings: Surroundings): Schema {
  const { type, items, properties, additionalProperties } = schema;
  const known = new Set([...copied, ...copiedOfText, ...translated, ...dropped]);
  const unknown = Object.keys(schema).filter((keyword) => !known.has(keyword));
  if (unknown.length > 0) throw new Error(`the schema of ${path.join('.')} has ${unknown.join(', ')}: not translated`);
  const shape: Record<string, unknown> = {};
  const isChoice = schema.enum !== undefined || schema.const !== undefined;
  if (type !== undefined && !isChoice) shape.type = type;
  for (const keyword of [...copied, ...copiedOfText]) if (keyword in schema) shape[keyword] = schema[keyword];
  if (items !== undefined) shape.items = valueSchema(items as Schema, [...path, '*'], surroundings);
  if (properties !== undefined || additionalProperties !== undefined) {
    // In `allOf`, because on choosing the key itself editors would write down all properties that have a default.
    shape.allOf = [mapSchema(schema, path, surroundings)];
  }
  return shape;
}

/** The keys of a map. */
export function mapSchema(schema: Schema, path: Path, surroundings: Surroundings): Schema {
  const { properties = {}, additionalProperties = true } = schema;
  const required = new Set((schema.required ?? []) as readonly string[]);
  return {
    additionalProperties: isMap(additionalProperties)
      ? valueSchema(additionalProperties, [...path, '*'], surroundings)
      : additionalProperties,
    properties: Object.fromEntries(
      Object.entries(properties as Readonly<Record<string, Schema>>).map(([name, property]) => [
        name,
        propertySchema(property, [...path, name], surroundings, required.has(name)),
      ]),
    ),
  };
}

function describeUse(property: Schema, isRequired: boolean): string {
  const { default: fallback, unit } = property;
  const taken = describeSchema(property);
  const parts: string[] = [];
  if (taken !== 'any value' && taken !== 'map') {
    parts.push(`Takes ${taken}${typeof unit === 'string' ? `, in ${unit}` : ''}.`);
  }
  if (isRequired) parts.push('Required.');
  else if (fallback !== undefined && !isMap(fallback)) {
    parts.push(`Default: ${writeFlow(fromPlain(fallback))}.`);
  }
  return parts.join(' ');
}

function typesOf({ type }: Schema): string[] {
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : [];
}

function isMap(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
