import { ConfigError, listNames, nearestNames, type Problem } from '../errors.js';
import { describeFound } from './found.js';
import type { Location } from './location.js';
import { parseYaml } from './parse.js';
import { pythonText } from './python-text.js';
import { formatPath, type ConfigNode } from './tree.js';

/** A problem whose place the caller knows; without one, where it was reported already. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';

  constructor(readonly problem?: Omit<Problem, 'where' | 'path'>) {
    super(problem?.problem);
  }
}

/** What a resolver can ask of the config that calls it. */
export interface ResolverCall {
  /** The call as it was written. */
  readonly text: string;
  readonly args: readonly ConfigNode[];
  /** Where the value hangs that holds the call. */
  readonly location: Location;
  /** The value that a path leads to; undefined where there is none, or one that has still to be given. */
  select(path: string): Location | undefined;
  /** As `select`; throws an Unresolvable where there is none. */
  find(path: string): Location;
  resolve(location: Location): ConfigNode;
  /** Reads text as an argument of a resolver is read. */
  decode(text: string): ConfigNode;
  warn(problem: string): void;
  /** Tells the user of what was chosen here. */
  note(text: string): void;
}

/** What a program adds to the language of its configs, as those of OmegaConf's users register resolvers. */
export interface ConfigExtensions {
  readonly resolvers?: ReadonlyMap<string, ResolverEntry>;
  /** The call of a resolver that a whole text stands for as the value of a key; undefined where it is nothing but text. */
  readonly shorthand?: (key: string, text: string) => Shorthand | undefined;
}

export interface Shorthand {
  readonly resolver: string;
  readonly args: readonly string[];
}

/** Gives a value that holds no interpolations any more, or a place in the config, to be resolved there. */
type Resolver = (call: ResolverCall) => ConfigNode | Location;

export interface ResolverEntry {
  /** How it is called, for messages. */
  readonly usage: string;
  /** The fewest and the most arguments. */
  readonly count: readonly [number, number];
  readonly resolve: Resolver;
}

/** The resolvers that OmegaConf has built in. Those that a Python program registers itself are not known here. */
const builtIn: ReadonlyMap<string, ResolverEntry> = new Map([
  ['oc.env', { usage: '${oc.env:NAME} or ${oc.env:NAME,default}', count: [1, 2], resolve: readEnvironment }],
  ['oc.select', { usage: '${oc.select:path} or ${oc.select:path,default}', count: [1, 2], resolve: selectOrDefault }],
  ['oc.decode', { usage: '${oc.decode:text}', count: [1, 1], resolve: decode }],
  ['oc.create', { usage: '${oc.create:value}', count: [1, 1], resolve: create }],
  ['oc.dict.keys', { usage: '${oc.dict.keys:path}', count: [1, 1], resolve: dictKeys }],
  ['oc.dict.values', { usage: '${oc.dict.values:path}', count: [1, 1], resolve: dictValues }],
  [
    'oc.deprecated',
    { usage: '${oc.deprecated:path} or ${oc.deprecated:path,message}', count: [1, 2], resolve: deprecated },
  ],
]);

/** Calls the resolver of this name. Throws an Unresolvable for an unknown one and for wrong arguments. */
export function callResolver(
  name: string,
  call: ResolverCall,
  { resolvers: own }: ConfigExtensions,
): ConfigNode | Location {
  const entry = builtIn.get(name) ?? own?.get(name);
  if (!entry) {
    const names = [...builtIn.keys(), ...(own?.keys() ?? [])];
    const sameEnd = names.filter((known) => known.endsWith(`.${name}`));
    throw new Unresolvable({
      problem: `there is no resolver "${name}"`,
      found: call.text,
      expected: `one of ${listNames(names)}`,
      nearest: sameEnd.length > 0 ? sameEnd : nearestNames(name, names),
    });
  }
  const [fewest, most] = entry.count;
  const { length } = call.args;
  if (length < fewest || length > most) {
    throw new Unresolvable({
      problem: `${name} takes ${fewest === most ? fewest : `${fewest} or ${most}`} argument${most === 1 ? '' : 's'}`,
      found: `${length} in ${call.text}`,
      expected: entry.usage,
    });
  }
  return entry.resolve(call);
}

/** Environment variables are text; so is their default, except null. */
function readEnvironment(call: ResolverCall): ConfigNode {
  const name = textArgument(call, 0, 'the name of an environment variable');
  // `process.env` answers to the names that every object has, too.
  const value = Object.hasOwn(process.env, name) ? process.env[name] : undefined;
  if (value !== undefined) return { kind: 'scalar', value };
  const fallback = call.args[1];
  if (fallback === undefined) {
    throw new Unresolvable({
      problem: `the environment variable ${name} is not set`,
      found: call.text,
      remedy: `set it, or give a default: \${oc.env:${name},default}`,
    });
  }
  if (fallback.kind !== 'scalar') return wrongArgument(call, 1, 'text, a number, true, false or null');
  return fallback.value === null ? fallback : { kind: 'scalar', value: pythonText(fallback) };
}

function selectOrDefault(call: ResolverCall): ConfigNode | Location {
  const found = call.select(textArgument(call, 0, 'a path'));
  return found ?? call.args[1] ?? { kind: 'scalar', value: null };
}

function decode(call: ResolverCall): ConfigNode {
  const [argument] = call.args;
  if (argument?.kind === 'scalar' && argument.value === null) return argument;
  return call.decode(textArgument(call, 0, 'text or null'));
}

/** A map or list whose texts may hold interpolations again; text is read as YAML. */
function create(call: ResolverCall): ConfigNode | Location {
  const [argument] = call.args;
  if (!argument || (argument.kind === 'scalar' && argument.value === null)) return { kind: 'scalar', value: null };
  const isText = argument.kind === 'scalar' && typeof argument.value === 'string';
  const value = isText ? readYaml(textArgument(call, 0, 'text'), call) : argument;
  if (value.kind === 'scalar') return wrongArgument(call, 0, 'a map or list, or one as YAML text');
  return call.location.holding(value, false);
}

function readYaml(text: string, { location }: ResolverCall): ConfigNode {
  try {
    return parseYaml(text, () => location.origin ?? { source: 'oc.create' });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [{ problem, found, expected, remedy } = { problem: error.message }] = error.problems;
    throw new Unresolvable({ problem: `oc.create: ${problem}`, found, expected, remedy });
  }
}

function dictKeys(call: ResolverCall): ConfigNode {
  const children = findMap(call).children();
  return { kind: 'list', items: children.map(([value]) => ({ kind: 'scalar', value })) };
}

function dictValues(call: ResolverCall): ConfigNode {
  const children = findMap(call).children();
  return { kind: 'list', items: children.map(([, child]) => call.resolve(child)) };
}

function findMap(call: ResolverCall): Location {
  const found = call.find(textArgument(call, 0, 'the path of a map'));
  return found.node.kind === 'map'
    ? found
    : wrongArgument(call, 0, 'the path of a map', `leads to ${describeFound(found.node)}`);
}

/** The value under its new name, and a warning to its user; `$OLD_KEY` and `$NEW_KEY` in a message stand for the paths. */
function deprecated(call: ResolverCall): Location {
  const found = call.find(textArgument(call, 0, 'a path'));
  const names: Readonly<Record<string, string>> = {
    OLD_KEY: formatPath(call.location.path),
    NEW_KEY: formatPath(found.path),
  };
  const message = call.args.length > 1 ? textArgument(call, 1, 'the text of a message') : '$OLD_KEY is now $NEW_KEY';
  call.warn(
    message.replace(
      /\$(?:(OLD_KEY|NEW_KEY)\b|\{(OLD_KEY|NEW_KEY)\})/g,
      (_, a: string, b: string) => names[a || b] ?? '',
    ),
  );
  return found;
}

/** An argument that has to be text. @throws Unresolvable */
export function textArgument(call: ResolverCall, index: number, expected: string): string {
  const argument = call.args[index];
  return argument?.kind === 'scalar' && typeof argument.value === 'string'
    ? argument.value
    : wrongArgument(call, index, expected);
}

/** @throws Unresolvable that says what the argument is and should have been */
export function wrongArgument(call: ResolverCall, index: number, expected: string, found?: string): never {
  const argument = call.args[index];
  const given = argument ? describeFound(argument) : 'nothing';
  throw new Unresolvable({
    problem: `${call.text}: wrong argument`,
    found: found === undefined ? given : `${given}, which ${found}`,
    expected,
  });
}
