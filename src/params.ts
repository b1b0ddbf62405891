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

/**
 * The schema as json-schema-to-ts reads it: a slot for a component is any value. A schema of nothing but `component`
 * shares no keyword with JSON Schema, so that it would not count as one.
 */
type Plain<S> = S extends { readonly component: unknown }
  ? Pick<S, keyof S & 'default'> & { readonly description: '' }
  : S extends object
    ? { readonly [K in keyof S]: Plain<S[K]> }
    : S;

/** The parameters a constructor works with: every default filled in. Of a schema not known here, nothing: `never`. */
export type Params<S extends ParamsSchema> = ParamsSchema extends S
  ? never
  : Plain<S> extends infer P extends JSONSchema
    ? FromSchema<P>
    : never;

/** The parameters a caller gives: those with a default may be left out. */
export type ParamsInput<S extends ParamsSchema> =
  Plain<S> extends infer P extends JSONSchema ? FromSchema<P, { keepDefaultedPropertiesOptional: true }> : never;

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
