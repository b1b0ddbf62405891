import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar } from 'yaml';
import { ConfigError, type Problem } from '../errors.js';
import { codeFrame } from './code-frame.js';
import { scalarTags } from './scalars.js';
import { forbiddenKey, forbiddenKeyText, formatPath, describeOrigin, maxDepth, maxValues } from './tree.js';
import type { ConfigNode, MapEntry, Origin, Path } from './tree.js';
import { describeYamlError, isUnclosed } from './yaml-errors.js';

/** Gives the place of an offset in the text: a position in a file, or the override as a whole. */
export type Locate = (line: number, column: number) => Origin;

/**
 * Reads YAML text into a tree; the empty text is null. Anchors, aliases and merge keys (`<<`) are resolved, and an
 * aliased value keeps the place where it was written. Throws a ConfigError that holds every duplicate or
 * impossible key, or the first mistake of syntax, because those after it are mostly its consequences.
 */
export function parseYaml(text: string, locate: Locate): ConfigNode {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    // Checked here instead: the parser's own check takes quadratic time and does not say where the first one is.
    uniqueKeys: false,
    merge: true,
    prettyErrors: false,
    logLevel: 'error',
    customTags: (tags) => [...tags.filter((tag) => typeof tag !== 'string' && !('test' in tag)), ...scalarTags],
  });
  const originAt = (offset: number): Origin => {
    const { line, col } = lineCounter.linePos(offset);
    return locate(line, col);
  };
  const error = document.errors[0] ?? document.warnings[0];
  if (error) {
    const offset = isUnclosed(error) ? (unclosedAt(document, text) ?? error.pos[0]) : error.pos[0];
    const { line } = lineCounter.linePos(offset);
    const lineText = text.split(/\r?\n/)[line - 1] ?? '';
    const origin = originAt(offset);
    const wording = describeYamlError(error, lineText);
    throw new ConfigError({ where: describeOrigin(origin), ...wording, ...frameAt(text, origin) });
  }
  return new TreeBuilder(text, originAt).build(document.contents);
}

/** Where the last quote or bracket stands that is never closed: the parser reports where it gave up looking. */
function unclosedAt(document: Document.Parsed, text: string): number | undefined {
  const starts: number[] = [];
  visit(document, {
    Node: (_, node) => {
      const [start = 0, end = 0] = node.range ?? [];
      const closer = closers[text[start] ?? ''];
      if (closer !== undefined && (end - start < 2 || text[end - 1] !== closer)) starts.push(start);
    },
  });
  return starts.length > 0 ? Math.max(...starts) : undefined;
}

const closers: Readonly<Record<string, string>> = { '[': ']', '{': '}', '"': '"', "'": "'" };

/** The frame of a place in a file; a text that is no file, an override, is short enough to be quoted whole. */
function frameAt(text: string, { line, column }: Origin): { frame?: string } {
  return line === undefined || column === undefined ? {} : { frame: codeFrame(text, line, column) };
}

class TreeBuilder {
  readonly #text: string;
  readonly #originAt: (offset: number) => Origin;
  readonly #anchors = new Map<string, ConfigNode>();
  /** Anchors whose value is being read: an alias to one of them would contain itself. */
  readonly #open = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #sizes = new WeakMap<ConfigNode, { values: number; depth: number }>();

  constructor(text: string, originAt: (offset: number) => Origin) {
    this.#text = text;
    this.#originAt = originAt;
  }

  build(contents: Node | null): ConfigNode {
    const node = this.#convert(contents, []);
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
    return node;
  }

  #convert(node: Node | null, path: Path): ConfigNode {
    if (path.length > maxDepth) this.#fail(node, path, { problem: `nested more than ${maxDepth} levels deep` });
    if (node === null) return { kind: 'scalar', value: null };
    if (isAlias(node)) return this.#resolveAlias(node, path);
    const { anchor } = node;
    if (anchor !== undefined) this.#open.add(anchor);
    const converted = this.#convertValue(node, path);
    if (anchor !== undefined) {
      this.#open.delete(anchor);
      this.#anchors.set(anchor, converted);
    }
    this.#measure(converted, node, path);
    return converted;
  }

  #convertValue(node: Node, path: Path): ConfigNode {
    const origin = this.#originOf(node);
    if (isMap(node)) return { kind: 'map', entries: this.#convertPairs(node.items as YamlPair[], path), origin };
    if (isSeq(node)) {
      const items = (node.items as Node[]).map((item, i) => this.#convert(item, [...path, i]));
      return { kind: 'list', items, origin };
    }
    const { value, source, type } = node as Scalar<string | number | boolean | null>;
    return { kind: 'scalar', value, origin, ...(source && type === 'PLAIN' && { text: source }) };
  }

  #convertPairs(pairs: readonly YamlPair[], path: Path): Map<string, MapEntry> {
    const own = new Map<string, MapEntry>();
    const merged = new Map<string, MapEntry>();
    for (const { key, value } of pairs) {
      if (isMergeKey(key)) {
        this.#mergeInto(merged, this.#convert(value, [...path, '<<']), value ?? key, path);
        continue;
      }
      const name = this.#keyName(key, path);
      if (name === undefined) continue;
      const keyOrigin = this.#originOf(key);
      const first = own.get(name)?.keyOrigin;
      if (first) {
        this.#report(key, [...path, name], {
          problem: `the key "${name}" stands here twice`,
          found: `the first one at ${describeOrigin(first)}`,
          remedy: 'remove one of the two',
        });
        continue;
      }
      const child = this.#convert(value, [...path, name]);
      // A key without a value has no node to point at.
      own.set(name, { keyOrigin, value: child.origin ? child : { ...child, origin: keyOrigin } });
    }
    return new Map([...merged, ...own]);
  }

  #keyName(key: Node, path: Path): string | undefined {
    const name = isScalar(key) ? (key.type === 'PLAIN' ? (key.source ?? '') : String(key.value)) : undefined;
    if (name === undefined || name === '') {
      this.#report(key, path, {
        problem: 'this cannot be a key',
        found: name === '' ? 'nothing' : isMap(key) ? 'a map' : isSeq(key) ? 'a list' : 'an alias',
        expected: 'text',
        remedy: 'put quotes around text that holds { } [ ] or *',
      });
      return undefined;
    }
    if (name === forbiddenKey) {
      this.#report(key, [...path, name], { problem: forbiddenKeyText, remedy: 'remove it' });
      return undefined;
    }
    return name;
  }

  /** `<<: *base` or `<<: [*a, *b]`: of several, the first that has a key gives it, and the map's own keys win. */
  #mergeInto(target: Map<string, MapEntry>, source: ConfigNode, node: Node, path: Path): void {
    const maps = source.kind === 'list' ? source.items : [source];
    for (const map of maps) {
      if (map.kind !== 'map') {
        this.#report(node, [...path, '<<'], {
          problem: '"<<" takes in the keys of another map',
          expected: 'an alias of a map, e.g. <<: *base',
        });
        return;
      }
      for (const [name, entry] of map.entries) if (!target.has(name)) target.set(name, entry);
    }
  }

  #resolveAlias(alias: Alias, path: Path): ConfigNode {
    const { source } = alias;
    if (this.#open.has(source)) {
      this.#fail(alias, path, { problem: `*${source} stands inside the value that &${source} names` });
    }
    const node = this.#anchors.get(source);
    if (node) {
      this.#measure(node, alias, path);
      return node;
    }
    return this.#fail(alias, path, {
      problem: `*${source} refers to nothing`,
      expected: `&${source} before a value further up`,
      remedy: `put quotes around the text if it is meant literally: "*${source}"`,
    });
  }

  /** Guards against aliases that multiply: a file of one kilobyte can stand for billions of values. */
  #measure(node: ConfigNode, at: Node, path: Path): void {
    const children =
      node.kind === 'list'
        ? node.items
        : node.kind === 'map'
          ? [...node.entries.values()].map(({ value }) => value)
          : [];
    let size = this.#sizes.get(node);
    if (size === undefined) {
      size = { values: 1, depth: 1 };
      for (const child of children) {
        const inner = this.#sizes.get(child) ?? { values: 1, depth: 1 };
        size = { values: size.values + inner.values, depth: Math.max(size.depth, inner.depth + 1) };
      }
      this.#sizes.set(node, size);
    }
    if (size.values > maxValues) {
      this.#fail(at, path, { problem: `aliases multiply to more than ${maxValues.toLocaleString('en')} values` });
    }
    if (path.length + size.depth - 1 > maxDepth) {
      this.#fail(at, path, { problem: `nested more than ${maxDepth} levels deep` });
    }
  }

  #originOf(node: Node): Origin {
    return this.#originAt(node.range?.[0] ?? 0);
  }

  #problem(node: Node | null, path: Path, problem: Omit<Problem, 'where' | 'path'>): Problem {
    const origin = node ? this.#originOf(node) : undefined;
    return {
      where: origin && describeOrigin(origin),
      path: path.length > 0 ? formatPath(path) : undefined,
      ...problem,
      ...(origin && frameAt(this.#text, origin)),
    };
  }

  #report(node: Node, path: Path, problem: Omit<Problem, 'where' | 'path'>): void {
    this.#problems.push(this.#problem(node, path, problem));
  }

  #fail(node: Node | null, path: Path, problem: Omit<Problem, 'where' | 'path'>): never {
    throw new ConfigError([...this.#problems, this.#problem(node, path, problem)]);
  }
}

type YamlPair = Pair<Node, Node | null>;

function isMergeKey(key: Node): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<';
}
