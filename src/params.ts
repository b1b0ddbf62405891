import type { FromSchema, JSONSchema } from 'json-schema-to-ts';

/**
 * A component's parameters as JSON Schema (declared `as const`): the one source of their types, defaults and help.
 * A property that takes another component carries `component: '<kind>'`, see src/config.
 */
export interface ParamsSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties: boolean;
}

/** Stands for the parameters where TypeScript cannot read the schema, so that the first use of them says why. */
interface NotAJsonSchema {
  readonly 'beside `component` each slot needs a keyword of JSON Schema, such as `description`': never;
}

/** The parameters a constructor works with: every default filled in. Of a schema not known here, nothing: `never`. */
export type Params<S extends ParamsSchema> = ParamsSchema extends S
  ? never
  : S extends JSONSchema
    ? FromSchema<S>
    : NotAJsonSchema;

/** The parameters a caller gives: those with a default may be left out. */
export type ParamsInput<S extends ParamsSchema> = S extends JSONSchema
  ? FromSchema<S, { keepDefaultedPropertiesOptional: true }>
  : never;

/**
 * Fills in the defaults that the schema states, so that a default is written down once.
 * Values given as `undefined` count as left out. Does not validate: configs are validated before anything is built.
 */
export function withDefaults<const S extends ParamsSchema>(schema: S, given: ParamsInput<S>): Params<S> {
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const fallback = (property as { default?: unknown }).default;
    if (fallback !== undefined) filled[name] = structuredClone(fallback);
  }
  for (const [name, value] of Object.entries(given as object)) {
    if (value !== undefined) filled[name] = value;
  }
  return filled as Params<S>;
}
