import { ConfigError, nearestNames } from '../errors.js';
import type { ParamsSchema } from '../params.js';
import type { Component, ParamProblem, Registry } from './component.js';
import { describeKinds } from './expected.js';
import { missingFiles, type MissingFile, type PlacedNeed } from './needed-files.js';
import { ProblemCollector } from './places.js';
import { reportSchemaErrors, type MapOwner } from './schema-problems.js';
import { validateSchema, type Slot } from './schema.js';
import { fromPlain, toPlain, type ConfigTree, type Path } from './tree.js';
import { userTargetFor } from './user-target.js';

/** A component as a config names it. */
export interface ComponentConfig {
  readonly target: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What one slot of a config takes beyond `target` and `params`. */
export interface SlotOptions {
  /** The target of a component that names none. */
  readonly defaultTarget?: string;
  /** Schemas of the keys that stand beside `target` and `params`, e.g. `base_learning_rate`. */
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** What validation makes of a config. */
export interface Validated {
  /** The values, all defaults filled in. */
  readonly values: Record<string, unknown>;
  /** The files that its components read and that are not there: no mistake of the config, which may be for elsewhere. */
  readonly missing: readonly MissingFile[];
}

export type SlotRules = (path: Path) => SlotOptions | undefined;

/** The components that a validated component config is made of, itself included. */
const validated = new WeakMap<object, ReadonlySet<Component>>();

/** The components of a config that was validated as a whole or in part; undefined for any other value. */
export function componentsOf(config: object): ReadonlySet<Component> | undefined {
  return validated.get(config);
}

/**
 * Validates a whole config against a schema, and every component in it, however deep, against the component's own.
 * Throws one ConfigError with all problems, sorted by place.
 *
 * @param check finds what to say better than the schema would: of a value named here, it says no more
 */
export function validateConfig(
  tree: ConfigTree,
  schema: ParamsSchema,
  registry: Registry,
  rules: SlotRules = () => undefined,
  check: (data: Readonly<Record<string, unknown>>) => readonly ParamProblem[] = () => [],
): Validated {
  const data = toPlain(tree.root) as Record<string, unknown>;
  const problems = new ProblemCollector(tree);
  const validation = new Validation(registry, problems, rules);
  for (const { path, ...problem } of check(data)) problems.atValue(path, problem);
  validation.map(schema, data, { path: [] });
  validation.finish();
  return { values: data, missing: missingFiles(validation.needs, tree) };
}

/** Validates a component config that a program made, so that it has no places; `kinds` are those the caller takes. */
export function validateComponent(
  config: unknown,
  registry: Registry,
  kinds: readonly string[] = [],
): ComponentConfig | string {
  if (typeof config !== 'string' && (typeof config !== 'object' || config === null || Array.isArray(config))) {
    const found = typeof config === 'object' ? 'a list or null' : typeof config;
    throw new ConfigError({
      problem: 'not a component',
      found,
      expected: `${describeKinds(kinds)} ({target, params})`,
    });
  }
  const holder = { config: toPlain(fromPlain(config)) };
  const validation = new Validation(registry, new ProblemCollector(undefined), () => undefined);
  const replace = (value: unknown): void => {
    holder.config = value;
  };
  validation.component({ path: [], kinds, value: holder.config, replace }, []);
  validation.finish();
  return holder.config as ComponentConfig | string;
}

class Validation {
  readonly #registry: Registry;
  readonly #problems: ProblemCollector;
  readonly #rules: SlotRules;
  readonly #needs: PlacedNeed[] = [];

  constructor(registry: Registry, problems: ProblemCollector, rules: SlotRules) {
    this.#registry = registry;
    this.#problems = problems;
    this.#rules = rules;
  }

  /** What the components found so far read. */
  get needs(): readonly PlacedNeed[] {
    return this.#needs;
  }

  finish(): void {
    if (this.#problems.count > 0) throw new ConfigError(this.#problems.sorted());
  }

  /** Validates one map, fills in its defaults and goes into its slots. Returns the components found in them. */
  map(schema: ParamsSchema, data: Record<string, unknown>, owner: MapOwner): Set<Component> {
    const { errors, slots } = validateSchema(schema, data);
    reportSchemaErrors(errors, data, owner, this.#problems);
    return new Set(slots.flatMap((slot) => [...this.component(slot, [...owner.path, ...slot.path])]));
  }

  /** Validates what stands in a slot: `{ target, params }`, or a bare name. Returns the components it is made of. */
  component(slot: Slot, path: Path): Set<Component> {
    const none = new Set<Component>();
    if (typeof slot.value === 'string') return this.#bareName(slot, slot.value, path);
    const config = slot.value as Record<string, unknown>;
    const before = this.#problems.count;
    const options = this.#rules(path);
    if (options?.defaultTarget !== undefined) config.target ??= options.defaultTarget;
    this.map(nodeSchema(options), config, {
      path,
      elsewhere: (key) => {
        const named = typeof config.target === 'string' ? this.#registry.resolve(config.target) : undefined;
        return named && Object.hasOwn(named.params.properties, key) ? 'move it under params' : undefined;
      },
    });
    if (!('target' in config) && !hasMistyped(config, 'target', options)) {
      this.#problems.missing([...path, 'target'], {
        problem: 'the key "target" is missing',
        expected: `the name of ${describeKinds(slot.kinds)}`,
        remedy: `add target: …; ${listingOf(slot.kinds)} lists the names`,
      });
    }
    if (typeof config.target !== 'string') return none;

    const component = this.#resolve(config.target, slot.kinds, [...path, 'target']);
    // With `parms:` for `params:`, every required parameter would be reported as missing.
    if (!component || hasMistyped(config, 'params', options)) return none;
    config.params ??= {};
    if (typeof config.params !== 'object' || Array.isArray(config.params)) return none;
    const nested = this.#params(component, config.params as Record<string, unknown>, {
      path: [...path, 'params'],
      problemsBefore: before,
      keysBeside: knownKeys(options),
    });
    validated.set(config, nested);
    return nested;
  }

  #bareName(slot: Slot, name: string, path: Path): Set<Component> {
    const before = this.#problems.count;
    const component = this.#resolve(name, slot.kinds, path);
    if (!component) return new Set();
    const params: Record<string, unknown> = {};
    const nested = this.#params(component, params, { path, problemsBefore: before, keysBeside: [] });
    // A name that needs no params stays as it was written: `__is_first_stage__` is read by the component around it.
    if (Object.keys(params).length > 0) {
      const config = { target: name, params };
      validated.set(config, nested);
      slot.replace(config);
    }
    return nested;
  }

  #params(
    component: Component,
    params: Record<string, unknown>,
    { path, problemsBefore, keysBeside }: { path: Path; problemsBefore: number; keysBeside: readonly string[] },
  ): Set<Component> {
    const nested = this.map(component.params, params, {
      component: component.target,
      path,
      elsewhere: (key) => (keysBeside.includes(key) ? 'move it beside params' : undefined),
    });
    // From here on the schema that types the parameter of the component's functions is known to hold.
    if (this.#problems.count === problemsBefore && component.check) {
      const problems = component.check(params as never, (slot) => this.#registry.traitsOf(slot));
      for (const { path: inside, ...problem } of problems) {
        this.#problems.atValue([...path, ...inside], problem);
      }
    }
    if (this.#problems.count === problemsBefore) {
      for (const { path: inside, ...file } of component.needs?.(params as never) ?? []) {
        this.#needs.push({ ...file, path: [...path, ...inside] });
      }
    }
    return nested.add(component);
  }

  #resolve(target: string, kinds: readonly string[], path: Path): Component | undefined {
    const refusal = this.#registry.refusal(target);
    if (refusal) {
      this.#problems.atValue(path, refusal);
      return undefined;
    }
    const component = this.#registry.resolve(target);
    const remedy = `${listingOf(kinds)} lists the names`;
    const planned = this.#registry.planned(target);
    if (planned) {
      this.#problems.atValue(path, {
        problem: `${planned.target} is known, but not built yet`,
        found: target,
        expected: planned.summary,
        remedy,
      });
      return undefined;
    }
    if (!component) {
      const fitting = this.#registry.nearest(target, kinds.length > 0 ? kinds : undefined);
      const nearest = fitting.length > 0 ? fitting : this.#registry.nearest(target);
      this.#problems.atValue(path, {
        problem: 'unknown target',
        found: target,
        expected: `the name of ${describeKinds(kinds)}`,
        nearest,
        remedy: [remedy, nearest.length === 0 && userTargetFor(target)].filter(Boolean).join('; '),
      });
      return undefined;
    }
    if (kinds.length === 0 || kinds.includes(component.kind)) return component;
    this.#problems.atValue(path, {
      problem: `${component.target} cannot be used here`,
      found: `${target}, ${describeKinds([component.kind])}`,
      expected: describeKinds(kinds),
      remedy,
    });
    return undefined;
  }
}

/** Whether a component lacks a key and has an unknown one that probably means it. */
function hasMistyped(config: Readonly<Record<string, unknown>>, wanted: string, options?: SlotOptions): boolean {
  const known = knownKeys(options);
  const unknown = Object.keys(config).filter((key) => !known.includes(key));
  return !(wanted in config) && unknown.some((key) => nearestNames(key, known).includes(wanted));
}

function knownKeys(options: SlotOptions | undefined): string[] {
  return ['target', 'params', ...Object.keys(options?.keys ?? {})];
}

function listingOf(kinds: readonly string[]): string {
  return kinds.length === 1 ? `"ldm list --kind ${kinds[0] ?? ''}"` : '"ldm list"';
}

const plainNode = createNodeSchema({});

/** One schema for each, for compiling it takes longer than validating by it. */
const nodeSchemas = new WeakMap<SlotOptions, ParamsSchema>();

function nodeSchema(options: SlotOptions | undefined): ParamsSchema {
  if (!options?.keys && !options?.required) return plainNode;
  const schema = nodeSchemas.get(options) ?? createNodeSchema(options);
  nodeSchemas.set(options, schema);
  return schema;
}

/** The schema of a component's own keys; what `params` may hold, the component named by `target` says. */
function createNodeSchema({ keys, required = [] }: SlotOptions): ParamsSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required,
    properties: { ...keys, target: { type: 'string' }, params: { type: ['object', 'null'] } },
  };
}
