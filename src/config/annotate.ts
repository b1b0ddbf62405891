import { writeInline, writeKey } from './stringify.js';
import { childOf, describeOrigin, formatPath, fromPlain } from './tree.js';
import type { ConfigNode, ListNode, MapNode, Path } from './tree.js';

/** A value of a resolved config that stands on a line of its own: a scalar, a list of scalars, an empty map. */
export interface AnnotatedValue {
  readonly kind: 'value';
  readonly path: Path;
  readonly node: ConfigNode;
  /** `file:line:column`, `override a.b=1`, or `default of <component>`; empty for a value that a program made. */
  readonly origin: string;
  /** Whether validation filled it in. */
  readonly isDefault: boolean;
}

export interface AnnotatedMap {
  readonly kind: 'map';
  readonly entries: readonly (readonly [key: string, value: Annotated])[];
}

export interface AnnotatedList {
  readonly kind: 'list';
  readonly items: readonly Annotated[];
}

/** A resolved config in which each value says where it comes from. */
export type Annotated = AnnotatedValue | AnnotatedMap | AnnotatedList;

export interface AnnotateOptions {
  /** What validation made of the tree, every default filled in; left out, the tree alone is shown. */
  readonly values?: unknown;
  /** Where the tree stands in its config. */
  readonly path?: Path;
  /** What to call the component that a `target` names. */
  readonly nameOf?: (target: string) => string;
}

/** A comment that stands further to the right than this is out of sight. */
const MAX_COLUMN = 64;

/** Tells of each value of a config where it comes from: the place it was written, or the default of a component. */
export function annotate(
  tree: ConfigNode,
  { values, path = [], nameOf = (target) => target }: AnnotateOptions = {},
): Annotated {
  return annotateNode(values === undefined ? tree : fromPlain(values), tree, { path, nameOf });
}

/** The values in the order of their lines. */
export function annotatedValues(annotated: Annotated): AnnotatedValue[] {
  switch (annotated.kind) {
    case 'value':
      return [annotated];
    case 'map':
      return annotated.entries.flatMap(([, value]) => annotatedValues(value));
    case 'list':
      return annotated.items.flatMap(annotatedValues);
  }
}

/** YAML that reads back as the same config, unless told otherwise with the origin of each value as a comment behind it. */
export function annotatedYaml(annotated: Annotated, { origins = true } = {}): string {
  const lines = linesOf(annotated).map(({ text, comment }) => ({ text, comment: origins ? comment : '' }));
  const commented = lines.filter(({ comment }) => comment !== '').map(({ text }) => text.length);
  const column = Math.min(MAX_COLUMN, Math.max(0, ...commented));
  return lines
    .map(({ text, comment }) => (comment === '' ? text : `${text.padEnd(column)} # ${withoutBreaks(comment)}`))
    .map((line) => `${line}\n`)
    .join('');
}

interface Place {
  readonly path: Path;
  readonly nameOf: (target: string) => string;
  /** The component whose parameter it is. */
  readonly component?: string;
}

/** @param written the value at the same place in the tree; undefined where there is none: then it is a default */
function annotateNode(node: ConfigNode, written: ConfigNode | undefined, place: Place): Annotated {
  if (node.kind === 'map' && node.entries.size > 0) return annotateMap(node, written, place);
  if (node.kind === 'list' && !isFlat(node)) {
    const items = node.items.map((item, i) =>
      annotateNode(item, written && childOf(written, i), { ...place, path: [...place.path, i] }),
    );
    return { kind: 'list', items };
  }
  // A value that validation handed on knows neither its place nor how it was written.
  const shown = written && isEqual(node, written) ? written : node;
  const origin = describePlace(written, place);
  return { kind: 'value', path: place.path, node: shown, origin, isDefault: written === undefined };
}

function annotateMap(node: MapNode, written: ConfigNode | undefined, { path, nameOf, component }: Place): AnnotatedMap {
  const target = childOf(node, 'target');
  const named = target?.kind === 'scalar' && typeof target.value === 'string' ? nameOf(target.value) : undefined;
  const entries = [...node.entries].map(([key, { value }]) => {
    // Of a component that was written as a bare name, validation made a map.
    const isBareName = written?.kind === 'scalar' && key === 'target';
    const child = isBareName ? written : written && childOf(written, key);
    const owner = named === undefined ? component : key === 'params' ? named : undefined;
    const place = { path: [...path, key], nameOf, ...(owner !== undefined && { component: owner }) };
    return [key, annotateNode(value, child, place)] as const;
  });
  return { kind: 'map', entries };
}

function describePlace(written: ConfigNode | undefined, { path, component }: Place): string {
  if (!written) {
    const owner = component ?? formatPath(path.slice(0, -1));
    return owner === '' ? 'default' : `default of ${owner}`;
  }
  const { origin, interpolation } = written;
  const facts = [
    origin ? describeOrigin(origin) : '',
    // What only holds an escaped "${" is shown as it was written.
    interpolation === undefined || interpolation === writeInline(written) ? '' : `from ${interpolation}`,
    ...(written.kind === 'list' ? itemsOf(written) : []),
  ];
  return facts.filter(Boolean).join('; ');
}

/** The items that an override, or another file, put into a list. */
function itemsOf({ items, origin }: ListNode): string[] {
  return items.flatMap((item, i) =>
    item.origin && item.origin.source !== origin?.source ? [`item ${i}: ${describeOrigin(item.origin)}`] : [],
  );
}

/** Whether a list can stand on one line: long ones of numbers are easier to read so. */
function isFlat({ items }: ListNode): boolean {
  return items.every((item) => item.kind === 'scalar' || (item.kind === 'list' && isFlat(item)) || isEmptyMap(item));
}

function isEmptyMap(node: ConfigNode): boolean {
  return node.kind === 'map' && node.entries.size === 0;
}

function isEqual(a: ConfigNode, b: ConfigNode): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && Object.is(a.value, b.value);
  if (a.kind === 'list') {
    if (b.kind !== 'list' || a.items.length !== b.items.length) return false;
    return a.items.every((item, i) => isEqual(item, b.items[i] ?? fromPlain(null)));
  }
  return isEmptyMap(a) && isEmptyMap(b);
}

interface Line {
  readonly text: string;
  readonly comment: string;
}

function linesOf(annotated: Annotated): Line[] {
  switch (annotated.kind) {
    case 'value':
      return [{ text: writeInline(annotated.node), comment: annotated.origin }];
    case 'map':
      return annotated.entries.flatMap(([key, value]) => {
        const name = `${writeKey(key)}:`;
        const lines = linesOf(value);
        if (value.kind !== 'value') return [{ text: name, comment: '' }, ...indented(lines)];
        return lines.map(({ text, comment }) => ({ text: `${name} ${text}`, comment }));
      });
    case 'list':
      return annotated.items.flatMap((item) =>
        indented(linesOf(item)).map(({ text, comment }, i) => ({
          text: i === 0 ? `-${text.slice(1)}` : text,
          comment,
        })),
      );
  }
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map(({ text, comment }) => ({ text: `  ${text}`, comment }));
}

/** An override may hold line breaks, a comment may not. */
function withoutBreaks(text: string): string {
  // eslint-disable-next-line no-control-regex -- what YAML takes for no part of a line
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g, ' ');
}
