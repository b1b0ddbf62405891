import type { ParamsSchema } from '../params.js';
import type { Component, Registry } from './component.js';
import { experimentSchema, experimentSlots, mayBeEmpty, type ExperimentOptions } from './experiment.js';
import { LATER } from './json-schema/later.js';
import { nameSchema, paramsType, slotSchema } from './json-schema/slot-schema.js';
import { mapSchema, propertySchema, type Surroundings } from './json-schema/value-schema.js';
import { kindsOf, type Schema } from './schema.js';

/**
 * One JSON Schema (draft-07) of a whole experiment file, for editors: completion, explanations and squiggles while it is
 * written. It is made from the same schemas as validation and is the more lenient of the two. Missing keys are no
 * mistakes, because another file may have them; rules across fields are not known. Beside draft-07 it has keywords of the
 * YAML language server: `errorMessage`, `patternErrorMessage` and `defaultSnippets`.
 */
export function experimentJsonSchema(registry: Registry, options: ExperimentOptions): Schema {
  const definitions = new Definitions(registry, options);
  const { properties, ...root } = mapSchema(experimentSchema(options), [], definitions.ofExperiment);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'experiment',
    type: 'object',
    ...root,
    properties: { _base_: base, ...(properties as Schema) },
    definitions: definitions.all(),
  };
}

const base = {
  description: 'The config or configs that this one is merged over; paths are relative to this file.',
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
};

/** The parts that several places refer to, each made when the first refers to it. */
class Definitions {
  readonly #registry: Registry;
  readonly #options: ExperimentOptions;
  readonly #made = new Map<string, Schema>();
  /** Components may share a schema. */
  readonly #nameOfParams = new Map<ParamsSchema, string>();

  constructor(registry: Registry, options: ExperimentOptions) {
    this.#registry = registry;
    this.#options = options;
  }

  all(): Schema {
    const later = { description: 'Known when configs are merged.', type: 'string', pattern: LATER };
    const sorted = [...this.#made].sort(([a], [b]) => (a < b ? -1 : 1));
    return { later, ...Object.fromEntries(sorted) };
  }

  /** Of the file's own keys, where some slots take more than elsewhere. */
  get ofExperiment(): Surroundings {
    const slotOptions = experimentSlots(this.#options);
    return {
      mayBeEmpty,
      slot: (component, { path, nullable }) => {
        const kinds = kindsOf(component);
        const { keys = {}, defaultTarget, required = [] } = slotOptions(path) ?? {};
        if (Object.keys(keys).length === 0 && defaultTarget === undefined) return this.#slot(kinds, nullable);
        const own = Object.entries(keys).map(
          ([key, schema]) =>
            [key, propertySchema(schema as Schema, [...path, key], this.ofExperiment, required.includes(key))] as const,
        );
        const summary = defaultTarget === undefined ? undefined : this.#registry.resolve(defaultTarget)?.summary;
        return {
          ...(summary !== undefined && { description: summary }),
          ...this.#slotSchema(kinds, { nullable, defaultTarget, keys: Object.fromEntries(own) }),
        };
      },
    };
  }

  get #ofComponents(): Surroundings {
    return {
      mayBeEmpty: () => false,
      slot: (component, { nullable }) => this.#slot(kindsOf(component), nullable),
    };
  }

  #slot(kinds: readonly string[], nullable: boolean): Schema {
    const name = `${nullable ? 'slot-or-null' : 'slot'}.${nameOf(kinds)}`;
    return this.#define(name, () => this.#slotSchema(kinds, { nullable }));
  }

  #slotSchema(
    kinds: readonly string[],
    options: { nullable: boolean; defaultTarget?: string | undefined; keys?: Record<string, Schema> },
  ): Schema {
    const components = this.#components(kinds);
    const name = this.#define(`name.${nameOf(kinds)}`, () => nameSchema(components, kinds));
    return slotSchema(components, kinds, name, { ...options, paramsOf: (component) => this.#paramsOf(component) });
  }

  #components(kinds: readonly string[]): Component[] {
    return this.#registry.components(kinds.length > 0 ? kinds : undefined);
  }

  #paramsOf({ target, summary, params }: Component): Schema {
    const name = this.#nameOfParams.get(params) ?? target;
    this.#nameOfParams.set(params, name);
    const reference = this.#define(name, () => ({
      ...paramsType,
      ...mapSchema(params as unknown as Schema, [target], this.#ofComponents),
    }));
    return { title: target, description: summary, ...reference };
  }

  /** Refers to a definition, which `make` gives; it may itself refer to it. */
  #define(name: string, make: () => Schema): { readonly $ref: string } {
    if (!this.#made.has(name)) {
      this.#made.set(name, {});
      this.#made.set(name, make());
    }
    return { $ref: `#/definitions/${name}` };
  }
}

function nameOf(kinds: readonly string[]): string {
  return kinds.join('-or-') || 'any';
}
