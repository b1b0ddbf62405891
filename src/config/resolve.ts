import type { Problem } from '../errors.js';
import { describeFound, shorten, typeName } from './found.js';
import { isInterpolated, parseElement, parseInterpolated } from './interpolation.js';
import type { Element, Interpolation, Text } from './interpolation.js';
import { Location } from './location.js';
import { describeSyntaxError } from './malformed.js';
import { describeMandatory, isMandatory } from './mandatory.js';
import { pythonText } from './python-text.js';
import { callResolver, Unresolvable, type ConfigExtensions, type ResolverCall } from './resolvers.js';
import { describeLost, select, type Lost } from './select.js';
import { describeOrigin, formatPath, maxDepth, maxValues, type ConfigNode, type MapNode, type Path } from './tree.js';

/** What the texts of a resolved config come to at most: as much as one file may hold. */
const maxCharacters = 256 * 1024;

/** Values inside values and references of references that are open at once. */
const maxOpen = 4 * maxDepth;

/** Values of a long cycle that a message names. */
const maxShown = 10;

/** Mistakes for which the nearest names are looked for, which takes its time in a large config. */
const maxSuggestions = 20;

/** A config without interpolations, or what is wrong with it. */
export interface Resolution {
  /** Undefined where there are problems. */
  readonly root?: MapNode;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What resolvers chose, a line each. */
  readonly notes: readonly string[];
}

/**
 * Resolves every interpolation of a merged config, and finds the values that are still to be given (`???`). A mistake is
 * reported once, where it was written; what only refers to it says nothing.
 */
export function resolveTree(root: MapNode, extensions: ConfigExtensions = {}): Resolution {
  return new Interpolator(root, extensions).resolveAll();
}

/** The map or list that the text at a path refers to, as it was written; undefined for all else and where it fails. */
export function referredContainer(root: MapNode, path: Path): ConfigNode | undefined {
  return new Interpolator(root).containerAt(path);
}

/** A resolved value, and what it comes to with everything in it written out. */
interface Resolved {
  readonly node: ConfigNode;
  readonly values: number;
  readonly characters: number;
  readonly depth: number;
}

class Interpolator {
  readonly #root: Location;
  readonly #problems: Problem[] = [];
  readonly #warnings: Problem[] = [];
  readonly #notes = new Set<string>();
  readonly #extensions: ConfigExtensions;
  readonly #targets = new Map<Location, Location>();
  readonly #resolved = new Map<Location, Resolved>();
  readonly #failed = new Set<Location>();
  /** The values that are being resolved, outermost first. */
  readonly #open = new Set<Location>();
  /** What was made so far on the way to the values, counted like them. */
  #made = { values: 0, characters: 0 };
  #isExhausted = false;
  #decoding = 0;

  constructor(root: MapNode, extensions: ConfigExtensions = {}) {
    this.#root = new Location(root);
    this.#extensions = extensions;
  }

  resolveAll(): Resolution {
    const root = this.#attempt(() => this.#resolve(this.#root).node);
    const lists = { problems: this.#problems, warnings: this.#warnings, notes: [...this.#notes] };
    return root?.kind === 'map' ? { root, ...lists } : lists;
  }

  containerAt(path: Path): ConfigNode | undefined {
    const location = path.reduce<Location | undefined>((at, step) => at?.child(step), this.#root);
    const node = location && this.#attempt(() => this.#target(location).node);
    return node?.kind === 'scalar' ? undefined : node;
  }

  /** Undefined where the values cannot be resolved, which is then reported already. */
  #attempt<T>(resolve: () => T): T | undefined {
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      return undefined;
    }
  }

  #resolve(location: Location): Resolved {
    const known = this.#resolved.get(location);
    if (known) return known;
    const resolved = this.#enter(location, () => {
      const written = this.#resolveNode(location);
      return this.#limited(location, this.#resolveShorthand(location, written) ?? written);
    });
    this.#resolved.set(location, resolved);
    return resolved;
  }

  #resolveNode(location: Location): Resolved {
    const { node, isFinal } = location;
    if (node.kind !== 'scalar') return this.#resolveChildren(location);
    const { value } = node;
    if (isFinal || typeof value !== 'string') return { node, ...sizeOf(value) };
    if (isMandatory(node)) throw new Unresolvable(describeMandatory(location.path));
    if (!isInterpolated(value)) return { node, ...sizeOf(value) };
    const resolved = this.#resolve(this.#evaluate(location, value));
    return { ...resolved, node: { ...resolved.node, origin: node.origin, interpolation: value } };
  }

  /** What a text by itself stands for as the value of its key, whether it was written or came of an interpolation. */
  #resolveShorthand(location: Location, { node }: Resolved): Resolved | undefined {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.missing) return undefined;
    const text = node.value;
    const shorthand = this.#extensions.shorthand?.(String(location.step), text);
    if (!shorthand) return undefined;
    const args = shorthand.args.map((value): ConfigNode => ({ kind: 'scalar', value }));
    const resolved = this.#resolve(this.#call(shorthand.resolver, { text: shorten(text), args, location }));
    const { origin, interpolation = text } = node;
    return { ...resolved, node: { ...resolved.node, origin, interpolation } };
  }

  #resolveChildren(location: Location): Resolved {
    const resolved = new Map<string, ConfigNode>();
    let size = sizeOf(null);
    const children = location.children();
    for (const [step, location] of children) {
      const child = this.#attempt(() => this.#resolve(location));
      if (!child) continue;
      resolved.set(step, child.node);
      size = {
        values: size.values + child.values,
        characters: size.characters + child.characters,
        depth: Math.max(size.depth, child.depth + 1),
      };
      checkSize(size);
    }
    const { node } = location;
    if (resolved.size < children.length || node.kind === 'scalar') throw new Unresolvable();
    if (node.kind === 'list') return { node: { ...node, items: [...resolved.values()] }, ...size };
    const entries = new Map(
      [...node.entries].map(([key, entry]) => [key, { ...entry, value: resolved.get(key) ?? entry.value }]),
    );
    return { node: { ...node, entries }, ...size };
  }

  #limited({ path }: Location, resolved: Resolved): Resolved {
    checkSize(resolved);
    if (path.length + resolved.depth - 1 > maxDepth) {
      throw new Unresolvable({ problem: `nested more than ${maxDepth} levels deep` });
    }
    return resolved;
  }

  /** The place that the text there leads to; itself for all that is no interpolation. */
  #target(location: Location): Location {
    const { node, isFinal } = location;
    if (isFinal || node.kind !== 'scalar' || typeof node.value !== 'string' || !isInterpolated(node.value))
      return location;
    const { value } = node;
    return this.#targets.get(location) ?? this.#enter(location, () => this.#evaluate(location, value));
  }

  /** Reports what goes wrong inside at this location, unless it was reported further in. */
  #enter<T>(location: Location, resolve: () => T): T {
    if (this.#failed.has(location)) throw new Unresolvable();
    if (this.#open.has(location)) throw new Unresolvable(this.#describeCycle(location));
    if (this.#open.size >= maxOpen) throw new Unresolvable({ problem: `leads through more than ${maxOpen} values` });
    this.#open.add(location);
    try {
      return resolve();
    } catch (error) {
      if (!(error instanceof Unresolvable)) throw error;
      this.#failed.add(location);
      if (!error.problem) throw error;
      this.#problems.push(placed(location, error.problem));
      throw new Unresolvable();
    } finally {
      this.#open.delete(location);
    }
  }

  #describeCycle(location: Location): Omit<Problem, 'where' | 'path'> {
    const open = [...this.#open];
    const chain = [...open.slice(open.indexOf(location)), location].map(({ path }) => formatPath(path) || 'the config');
    const shown = chain.length > maxShown ? [...chain.slice(0, maxShown - 2), '…', ...chain.slice(-2)] : chain;
    return { problem: 'the interpolation leads back to itself', found: shown.join(' → ') };
  }

  #evaluate(location: Location, text: string): Location {
    const known = this.#targets.get(location);
    if (known) return known;
    const target = this.#evaluateText(
      parsed(() => parseInterpolated(text)),
      location,
    );
    if (target.isFinal && isMandatory(target.node)) throw new Unresolvable(describeMandatory(location.path));
    this.#targets.set(location, target);
    return target;
  }

  /** One interpolation by itself gives its value; with text around, or several, they give text. */
  #evaluateText(parts: Text, location: Location): Location {
    const [first, ...rest] = parts;
    if (typeof first === 'object' && rest.length === 0) return this.#interpolate(first, location);
    return location.holding({ kind: 'scalar', value: this.#write(parts, location) }, true);
  }

  #write(parts: Text, location: Location): string {
    let text = '';
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : this.#writeInterpolation(part, location);
      this.#count({ values: 0, characters: piece.length });
      text += piece;
    }
    return text;
  }

  #writeInterpolation(interpolation: Interpolation, location: Location): string {
    const { node } = this.#interpolate(interpolation, location);
    if (node.kind === 'scalar' && node.missing) throw new Unresolvable(node.missing);
    if (node.kind === 'scalar') return pythonText(node);
    throw new Unresolvable({
      problem: `a ${typeName(node)} cannot stand inside text`,
      found: `${interpolation.text} is ${describeFound(node)}`,
      expected: 'text, a number, true, false or null',
    });
  }

  #interpolate(interpolation: Interpolation, location: Location): Location {
    if (interpolation.kind === 'reference') {
      const path = this.#writeNames(interpolation.path, location);
      return this.#find(path, location, shorten(interpolation.text));
    }
    if (this.#isExhausted) throw new Unresolvable();
    const text = shorten(interpolation.text);
    const args = interpolation.args.map((argument) => this.#argument(argument, location));
    return this.#call(this.#writeNames(interpolation.name, location), { text, args, location });
  }

  #call(resolver: string, { text, args, location }: Pick<ResolverCall, 'text' | 'args' | 'location'>): Location {
    const call: ResolverCall = {
      text,
      args,
      location,
      find: (path) => this.#find(path, location, text),
      select: (path) => {
        const selected = this.#select(path, location);
        if (selected instanceof Location) return selected;
        if (selected.isMistake) throw this.#lost(text, selected);
        return undefined;
      },
      resolve: (at) => this.#resolve(at).node,
      decode: (source) => this.#decode(source, location),
      warn: (problem) => this.#warnings.push(placed(location, { problem })),
      note: (chosen) => this.#notes.add(`${formatPath(location.path)}: ${chosen}`),
    };
    const value = callResolver(resolver, call, this.#extensions);
    if (value instanceof Location) return value;
    const made = location.holding(value, true);
    this.#count(this.#resolve(made));
    return made;
  }

  /** What is decoded may decode further, and even itself. */
  #decode(source: string, location: Location): ConfigNode {
    const element = parsed(() => parseElement(source));
    if (this.#decoding >= maxDepth)
      throw new Unresolvable({ problem: `oc.decode inside itself more than ${maxDepth} times` });
    this.#decoding++;
    try {
      return this.#argument(element, location);
    } finally {
      this.#decoding--;
    }
  }

  /** The steps of a path or the name of a resolver, in which only text can be filled in. */
  #writeNames(parts: Text, location: Location): string {
    return parts
      .map((part) => {
        if (typeof part === 'string') return part;
        const { node } = this.#interpolate(part, location);
        if (node.kind === 'scalar' && typeof node.value === 'string') return node.value;
        throw new Unresolvable({
          problem: 'only text can be a part of a path',
          found: `${part.text} is ${describeFound(node)}`,
          expected: 'text',
          ...(node.kind === 'scalar' && { remedy: 'put quotes around the value there' }),
        });
      })
      .join('');
  }

  #argument(element: Element, location: Location): ConfigNode {
    switch (element.kind) {
      case 'literal':
        return element.node;
      case 'text': {
        const value = this.#write(element.parts, location);
        return { kind: 'scalar', value };
      }
      case 'interpolation': {
        const { node, ...size } = this.#resolve(this.#interpolate(element.interpolation, location));
        this.#count({ values: 0, characters: size.characters });
        return node;
      }
      case 'list':
        return { kind: 'list', items: element.items.map((item) => this.#argument(item, location)) };
      case 'map': {
        const entries = [...element.entries].map(
          ([key, value]) => [key, { value: this.#argument(value, location) }] as const,
        );
        return { kind: 'map', entries: new Map(entries) };
      }
    }
  }

  /** Ends what makes more than a config can hold on the way to its values, where their own size does not show it. */
  #count({ values, characters }: Pick<Resolved, 'values' | 'characters'>): void {
    // Said once: nothing after it can be resolved either.
    if (this.#isExhausted) throw new Unresolvable();
    this.#made = { values: this.#made.values + values, characters: this.#made.characters + characters };
    this.#isExhausted = this.#made.values > maxValues || this.#made.characters > maxCharacters;
    checkSize(this.#made);
  }

  #select(path: string, location: Location): Location | Lost {
    return select(path, location, (at) => this.#target(at));
  }

  #find(path: string, location: Location, text: string): Location {
    const selected = this.#select(path, location);
    if (selected instanceof Location) return selected;
    throw this.#lost(text, selected);
  }

  #lost(text: string, lost: Lost): Unresolvable {
    if (lost.isMandatory) return new Unresolvable();
    return new Unresolvable(describeLost(text, lost, this.#problems.length < maxSuggestions));
  }
}

function sizeOf(value: unknown): Omit<Resolved, 'node'> {
  return { values: 1, characters: typeof value === 'string' ? value.length : 0, depth: 1 };
}

function checkSize({ values, characters }: Pick<Resolved, 'values' | 'characters'>): void {
  const [found, limit, what] =
    values > maxValues ? [values, maxValues, 'values'] : [characters, maxCharacters, 'characters'];
  if (found <= limit) return;
  throw new Unresolvable({
    problem: `more than ${limit.toLocaleString('en')} ${what}, with all that it refers to written out`,
  });
}

function placed(location: Location, problem: Omit<Problem, 'where' | 'path'>): Problem {
  const { origin, path } = location;
  return { where: origin && describeOrigin(origin), path: path.length > 0 ? formatPath(path) : undefined, ...problem };
}

/** What a parser gives; its error as a problem of the place that is being resolved. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Unresolvable(describeSyntaxError(error));
  }
}
