import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { ParamsSchema } from '../params.js';

/** A JSON Schema of one value: a component's `params` or a part of them. */
export type Schema = Readonly<Record<string, unknown>>;

/** A value found where the schema says `component`; its own `params` are for the caller to validate. */
export interface Slot {
  readonly path: readonly string[];
  readonly kinds: readonly string[];
  readonly value: unknown;
  /** Puts another value in its place, e.g. `{ target, params }` for a bare name. */
  readonly replace: (value: unknown) => void;
}

export interface SchemaResult {
  readonly errors: readonly ErrorObject[];
  readonly slots: readonly Slot[];
}

interface SlotContext {
  readonly slots: Map<string, Slot>;
}

let instance: Ajv | undefined;

/** The compiled schemas, for as long as the schemas themselves are kept. */
const compiled = new WeakMap<object, ValidateFunction>();

/**
 * Validates `data` and fills defaults into it. Schemas are compiled when first used: a check of one config must not
 * pay for the components it does not name.
 */
export function validateSchema(schema: Schema | ParamsSchema, data: unknown): SchemaResult {
  const validate = compile(schema);
  const context: SlotContext = { slots: new Map() };
  const valid = validate.call(context, data);
  return { errors: valid ? [] : [...(validate.errors ?? [])], slots: [...context.slots.values()] };
}

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known) return known;
  instance ??= createAjv();
  const validate = instance.compile(schema);
  compiled.set(schema, validate);
  // Its own cache would keep schemas that are made for one use alive.
  instance.removeSchema(schema);
  return validate;
}

const holders = new WeakMap<Schema, Schema>();

/** Whether the schema, or a part of one, holds for this value, which is left as it is. */
export function accepts(schema: Schema, data: unknown): boolean {
  // Wrapped, because a default, which a part may have, has no meaning at the root of a schema.
  const holder = holders.get(schema) ?? { type: 'object', properties: { value: schema } };
  holders.set(schema, holder);
  const { errors, slots } = validateSchema(holder, { value: structuredClone(data) });
  // Whether a component stands there that fits is not for the schema to say.
  return errors.length === 0 && slots.length === 0;
}

/** The kinds a slot takes. */
export function kindsOf(component: unknown): string[] {
  return typeof component === 'string' ? [component] : Array.isArray(component) ? component.map(String) : [];
}

/** The steps of a JSON pointer. */
export function pointerSteps(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function createAjv(): Ajv {
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    ownProperties: true,
    passContext: true,
    strict: true,
    strictRequired: false,
    strictTuples: false,
    allowUnionTypes: true,
    // The schemas are part of the program: strict mode finds their mistakes when a test compiles them, and reading the
    // meta-schema would take longer than all of a config's validation.
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    // Made for one use: shortening the code takes longer than it saves.
    code: { optimize: false },
  });
  ajv.addVocabulary(['unit', 'form']);
  ajv.addKeyword({
    keyword: 'component',
    schemaType: ['string', 'array'],
    errors: false,
    validate: collectSlot,
  });
  return ajv;
}

function collectSlot(
  this: SlotContext,
  component: unknown,
  value: unknown,
  parentSchema?: Schema,
  at?: { instancePath: string; parentData: Record<string, unknown>; parentDataProperty: string | number },
): boolean {
  // A slot whose default is null may be empty.
  if (value === null) return parentSchema?.default === null;
  const isComponent = typeof value === 'string' || (typeof value === 'object' && !Array.isArray(value));
  if (!isComponent || !at) return isComponent;
  // Two branches of one `anyOf` may both take a component: the slot then takes the kinds of both.
  const before = this.slots.get(at.instancePath)?.kinds ?? [];
  this.slots.set(at.instancePath, {
    path: pointerSteps(at.instancePath),
    kinds: [...new Set([...before, ...kindsOf(component)])],
    value,
    replace: (other) => {
      at.parentData[at.parentDataProperty] = other;
    },
  });
  return true;
}
