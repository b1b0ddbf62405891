import { isDeepStrictEqual } from 'node:util';
import { formatPath, toPlain, writeInline, type AnnotatedValue } from '../../config/index.js';

/** A value that two configs do not share; a side that lacks it is absent. */
export interface Difference {
  readonly path: string;
  readonly a?: AnnotatedValue;
  readonly b?: AnnotatedValue;
}

/**
 * What differs between the values of two configs, in their order. Targets are the same where they name the same
 * component. Of a component that only one of them has, or that the other has another in the place of, defaults say
 * nothing that its target does not say, and are left out.
 * @param nameOf the canonical name of a target
 */
export function compareConfigs(
  a: readonly AnnotatedValue[],
  b: readonly AnnotatedValue[],
  nameOf: (target: string) => string,
): Difference[] {
  const sides = { a: byPath(a), b: byPath(b) };
  const differences = mergedOrder([...sides.a.keys()], [...sides.b.keys()])
    .map((path) => difference(path, sides.a.get(path), sides.b.get(path)))
    .filter(({ a, b }) => !a || !b || !isSame(a, b, nameOf));
  const swapped = differences.filter(({ path }) => isTarget(path)).map(({ path }) => path.replace(/target$/, ''));
  return differences.filter(({ path, a, b }) => {
    const only = a && b ? undefined : (a ?? b);
    if (!only) return true;
    const isImplied = only.isDefault && swapped.some((component) => path.startsWith(component));
    return !isImplied && !isEmptyBeside(only, path, a ? sides.b : sides.a);
  });
}

/** One line: `path: a -> b`, or `- path: a` and `+ path: b` where the other has nothing; then, if wanted, the origins. */
export function describeDifference({ path, a, b }: Difference, withOrigins: boolean): string {
  const written = [a, b].flatMap((side) => (side ? [writeInline(side.node)] : []));
  const sign = a && b ? '' : a ? '- ' : '+ ';
  const origins = withOrigins ? [a, b].flatMap((side) => (side ? [`    ${side.origin}`] : [])) : [];
  return [`${sign}${path}: ${written.join(' -> ')}`, ...origins].join('\n');
}

/** For programs: `{ path, a: { value, origin }, b: { value, origin } }`, without the side that has nothing. */
export function differenceData({ path, a, b }: Difference) {
  const side = ({ node, origin }: AnnotatedValue) => ({ value: toPlain(node), origin });
  return { path, ...(a && { a: side(a) }), ...(b && { b: side(b) }) };
}

function byPath(values: readonly AnnotatedValue[]): Map<string, AnnotatedValue> {
  return new Map(values.map((value) => [formatPath(value.path), value]));
}

function difference(path: string, a: AnnotatedValue | undefined, b: AnnotatedValue | undefined): Difference {
  return { path, ...(a && { a }), ...(b && { b }) };
}

function isSame(a: AnnotatedValue, b: AnnotatedValue, nameOf: (target: string) => string): boolean {
  const [left, right] = [toPlain(a.node), toPlain(b.node)];
  const areNames = a.path.at(-1) === 'target' && typeof left === 'string' && typeof right === 'string';
  return areNames ? nameOf(left) === nameOf(right) : isDeepStrictEqual(left, right);
}

function isTarget(path: string): boolean {
  return path === 'target' || path.endsWith('.target');
}

/** Whether a side has nothing, `{}` or null by default, where the other has a map: the lines of the map say so. */
function isEmptyBeside(
  { node, isDefault }: AnnotatedValue,
  path: string,
  other: ReadonlyMap<string, unknown>,
): boolean {
  const isEmpty = node.kind === 'map' || (isDefault && node.kind === 'scalar');
  return isEmpty && [...other.keys()].some((name) => name.startsWith(`${path}.`));
}

/** The paths of both, each of the second alone after the one that it follows there. */
function mergedOrder(first: readonly string[], second: readonly string[]): string[] {
  const known = new Set(first);
  const following = new Map<string, string[]>();
  let group: string[] = [];
  following.set('', group);
  for (const path of second) {
    if (known.has(path)) following.set(path, (group = []));
    else group.push(path);
  }
  return [...(following.get('') ?? []), ...first.flatMap((path) => [path, ...(following.get(path) ?? [])])];
}
