import type { ErrorObject } from 'ajv';
import { nearestNames } from '../errors.js';
import { describeSchema } from './expected.js';
import { describeFound, shorten, writeFlow } from './found.js';
import type { ProblemCollector } from './places.js';
import { suggestValue } from './remedy.js';
import { pointerSteps, type Schema } from './schema.js';
import { fromPlain, nodeAt, type ConfigNode, type Path } from './tree.js';

/** What the validated map is, for the words of messages about its own keys. */
export interface MapOwner {
  /** The component whose `params` they are. */
  readonly component?: string;
  /** Where the map stands in the config. */
  readonly path: Path;
  /** Says where a key belongs that is unknown here. */
  readonly elsewhere?: (key: string) => string | undefined;
}

/** More names than this do not help a reader who only mistyped one. */
const maxListed = 12;

/** Reports what a schema found wrong, one problem per mistake. */
export function reportSchemaErrors(
  errors: readonly ErrorObject[],
  data: unknown,
  owner: MapOwner,
  problems: ProblemCollector,
): void {
  const relevant = withoutBranches(errors);
  const suggested = new Set<string>();
  for (const error of relevant.filter(({ keyword }) => keyword === 'additionalProperties')) {
    for (const pointer of reportUnknownKey(error, data, owner, problems)) suggested.add(pointer);
  }
  const seen = new Set<string>();
  for (const error of relevant) {
    if (error.keyword === 'additionalProperties') continue;
    if (error.keyword === 'required') {
      const { missingProperty } = error.params as { missingProperty: string };
      // A mistyped required key would otherwise be reported twice: as unknown and as missing.
      if (!suggested.has(`${error.instancePath}/${missingProperty}`))
        reportMissing(error, missingProperty, owner, problems);
    } else if (!seen.has(error.instancePath)) {
      seen.add(error.instancePath);
      reportValue(error, data, owner, problems);
    }
  }
}

/**
 * Of a failed `anyOf`, keeps the errors inside the branch whose type fits, if there is one: they are closer to the
 * mistake. Else keeps only the failure of the whole, which lists all alternatives.
 */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = [...errors];
  for (const whole of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    const prefix = `${whole.schemaPath}/`;
    const isInside = ({ schemaPath }: ErrorObject) => schemaPath.startsWith(prefix);
    const branchOf = ({ schemaPath }: ErrorObject) => schemaPath.slice(prefix.length).split('/', 1)[0];
    const misfitting = new Set(kept.filter((error) => isInside(error) && isAboutType(error, whole)).map(branchOf));
    const fitting = kept.filter((error) => isInside(error) && !misfitting.has(branchOf(error)));
    const dropped = new Set(fitting.length > 0 ? [whole] : []);
    kept = kept.filter((error) => (isInside(error) ? fitting.includes(error) : !dropped.has(error)));
  }
  return kept;
}

/** Whether a branch fails on the value itself rather than on a key or item inside it. */
function isAboutType(error: ErrorObject, whole: ErrorObject): boolean {
  const isShape = error.keyword === 'additionalProperties' || error.keyword === 'required';
  return error.instancePath === whole.instancePath && !isShape;
}

/** Returns the pointers of the keys that the unknown one may have meant. */
function reportUnknownKey(
  error: ErrorObject,
  data: unknown,
  owner: MapOwner,
  problems: ProblemCollector,
): readonly string[] {
  const { additionalProperty: key } = error.params as { additionalProperty: string };
  const path = pathOf(error, owner);
  const component = error.instancePath === '' ? owner.component : undefined;
  const known = Object.keys((error.parentSchema?.properties ?? {}) as Schema);
  const nearest = nearestNames(key, known);
  const value = writtenAt([...path, key], data, owner, problems);
  const elsewhere = belongsElsewhere(key, error, owner);
  const listing = component !== undefined ? `"ldm show ${component}" lists the parameters` : undefined;
  problems.atKey([...path, key], {
    problem: component !== undefined ? `${component} has no parameter "${key}"` : `unknown key "${key}"`,
    found: value && shorten(`${key}: ${writeFlow(value)}`),
    expected: known.length === 0 ? 'no keys' : known.length > maxListed ? undefined : `one of ${known.join(', ')}`,
    nearest: elsewhere === undefined ? nearest : [],
    remedy: [elsewhere ?? (nearest.length > 0 ? 'rename it' : 'remove it'), listing].filter(Boolean).join('; '),
  });
  return nearest.map((name) => `${error.instancePath}/${name}`);
}

/** Where an unknown key is known: in a map beside it, such as `lightning`, or where the owner says. */
function belongsElsewhere(key: string, error: ErrorObject, owner: MapOwner): string | undefined {
  const beside = Object.entries((error.parentSchema?.properties ?? {}) as Schema).find(([, schema]) => {
    const { properties } = (schema ?? {}) as { properties?: object };
    return properties !== undefined && Object.hasOwn(properties, key);
  });
  if (beside) return `move it under ${beside[0]}`;
  return error.instancePath === '' ? owner.elsewhere?.(key) : undefined;
}

function reportMissing(error: ErrorObject, key: string, owner: MapOwner, problems: ProblemCollector): void {
  const component = error.instancePath === '' ? owner.component : undefined;
  const properties = (error.parentSchema?.properties ?? {}) as Schema;
  problems.missing([...pathOf(error, owner), key], {
    problem: component !== undefined ? `${component} needs the parameter "${key}"` : `the key "${key}" is missing`,
    expected: describeSchema(properties[key]),
    remedy: `add ${key}: …`,
  });
}

function reportValue(error: ErrorObject, data: unknown, owner: MapOwner, problems: ProblemCollector): void {
  const schema = (error.parentSchema ?? {}) as Schema;
  const path = pathOf(error, owner);
  if (problems.has(path)) return;
  const node = writtenAt(path, data, owner, problems);
  const choices = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
  const nearest = node?.kind === 'scalar' ? nearestNames(String(node.value), choices) : [];
  problems.atValue(path, {
    problem: headlines[error.keyword] ?? `wrong value: ${error.message ?? error.keyword}`,
    found: node && describeFound(node),
    expected: describeSchema(schema),
    nearest,
    remedy: node && nearest.length === 0 ? suggestValue(node, schema) : undefined,
  });
}

const headlines: Readonly<Record<string, string>> = {
  type: 'wrong type',
  component: 'wrong type',
  anyOf: 'wrong value',
  oneOf: 'wrong value',
  enum: 'unknown choice',
  const: 'wrong value',
  minimum: 'out of range',
  maximum: 'out of range',
  exclusiveMinimum: 'out of range',
  exclusiveMaximum: 'out of range',
  multipleOf: 'out of range',
  minItems: 'wrong length',
  maxItems: 'wrong length',
  minLength: 'wrong length',
  maxLength: 'wrong length',
  pattern: 'wrong form',
};

function pathOf(error: ErrorObject, owner: MapOwner): Path {
  return [...owner.path, ...pointerSteps(error.instancePath)];
}

/** The value as the user wrote it; for a config without a tree, as it was given. */
function writtenAt(path: Path, data: unknown, owner: MapOwner, problems: ProblemCollector): ConfigNode | undefined {
  return problems.node(path) ?? nodeAt(fromPlain(data), path.slice(owner.path.length));
}
