import { validateSchema, type Component, type TargetProblem, type UserComponent } from '../../config/index.js';
import { nearestNames } from '../../errors.js';
import type { ParamsSchema } from '../../params.js';
import { requireKind } from './built-as.js';

/** Whether an export is meant as a component: one made by `defineComponent`, well or not. */
export function looksLikeComponent(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'create' in value && 'params' in value;
}

const keys = ['kind', 'summary', 'source', 'params', 'check', 'traits', 'needs', 'create'] as const;
const required = ['kind', 'summary', 'params', 'create'] as const;

/**
 * The component that an export describes, as the registry has components, or what is wrong with it.
 *
 * @param target its whole name, by which configs find it
 * @param shown the same for messages
 * @param kinds those that slots take
 */
export function componentOf(
  value: unknown,
  { target, shown, file, kinds }: { target: string; shown: string; file: string; kinds: readonly string[] },
): Component | { readonly problem: TargetProblem } {
  if (!looksLikeComponent(value)) return { problem: notAComponent(value, shown) };
  const mistakes = mistakesOf(value as Readonly<Record<string, unknown>>, kinds);
  if (mistakes.length > 0) {
    return { problem: { problem: `${shown} does not describe a component`, found: mistakes.join('\n') } };
  }
  const { kind, summary, source = file, params, create, ...rules } = value as UserComponent;
  return {
    target,
    kind,
    summary,
    source,
    params,
    ...rules,
    load: () =>
      Promise.resolve((given, build) => {
        const built = create(given, build);
        requireKind(kind, built, shown);
        return built;
      }),
  };
}

function notAComponent(value: unknown, shown: string): TargetProblem {
  const name = shown.slice(shown.lastIndexOf('#') + 1);
  const isClass = typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));
  const found = isClass
    ? 'a class'
    : typeof value === 'function'
      ? 'a function'
      : Array.isArray(value)
        ? 'a list'
        : typeof value;
  const make = isClass ? `new ${name}(params)` : '…';
  return {
    problem: `${shown} is not a component`,
    found,
    expected: 'what defineComponent of ldm-runner makes',
    remedy: `export const My${name} = defineComponent({ kind: …, summary: …, params: …, create: (params) => ${make} })`,
  };
}

/** All that is wrong with a description; empty where nothing is. */
function mistakesOf(given: Readonly<Record<string, unknown>>, kinds: readonly string[]): string[] {
  const mistakes = Object.keys(given)
    .filter((key) => !(keys as readonly string[]).includes(key))
    .map((key) => `unknown key "${key}"${didYouMean(key, keys)}`);
  mistakes.push(...required.filter((key) => given[key] === undefined).map((key) => `"${key}" is missing`));
  const { kind, summary, source, params } = given;
  if (kind !== undefined && !kinds.includes(kind as string)) {
    const nearest = typeof kind === 'string' ? didYouMean(kind, kinds) : '';
    mistakes.push(`"kind" is ${JSON.stringify(kind)}, which is no kind${nearest || `: ${kinds.join(', ')}`}`);
  }
  for (const [key, text] of Object.entries({ summary, source })) {
    if (text !== undefined && typeof text !== 'string') mistakes.push(`"${key}" is not a text`);
  }
  for (const key of ['check', 'traits', 'needs', 'create'] as const) {
    if (given[key] !== undefined && typeof given[key] !== 'function') mistakes.push(`"${key}" is not a function`);
  }
  if (params !== undefined) mistakes.push(...schemaMistakes(params));
  return mistakes;
}

function schemaMistakes(params: unknown): string[] {
  const { type, properties, additionalProperties } = Object(params) as Partial<Record<keyof ParamsSchema, unknown>>;
  if (
    type !== 'object' ||
    typeof properties !== 'object' ||
    properties === null ||
    typeof additionalProperties !== 'boolean'
  ) {
    return ['"params" is no JSON Schema of a map: { type: "object", additionalProperties: false, properties: { … } }'];
  }
  try {
    // The first use of a schema compiles it, strictly.
    validateSchema(params as ParamsSchema, {});
    return [];
  } catch (error) {
    return [`"params" is no JSON Schema: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestNames(name, known);
  return nearest.length > 0 ? `; did you mean ${nearest.join(', ')}?` : '';
}
