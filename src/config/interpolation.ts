import { forbiddenKey, forbiddenKeyText, maxDepth, type ScalarNode } from './tree.js';

/**
 * The grammar of text with interpolations, as OmegaConf 2.2 has it: `${a.b}`, `${a[0].b}`, `${.sibling}`,
 * `${resolver:argument,…}`, nested and with text around, `\${` for the characters themselves. Arguments are quoted or
 * plain text, numbers, `true`, `null`, `[lists]` and `{maps}`.
 * Source: OmegaConf's documentation, "The OmegaConf grammar", and the behaviour of version 2.2.2.
 */
export type Text = readonly (string | Interpolation)[];

/** A reference to a value by its path, or a call of a resolver; `text` is it as written, from `${` to `}`. */
export type Interpolation =
  | { readonly kind: 'reference'; readonly path: Text; readonly text: string }
  | { readonly kind: 'call'; readonly name: Text; readonly args: readonly Element[]; readonly text: string };

/** An argument of a resolver. */
export type Element =
  | { readonly kind: 'literal'; readonly node: ScalarNode }
  | { readonly kind: 'text'; readonly parts: Text }
  | { readonly kind: 'interpolation'; readonly interpolation: Interpolation }
  | { readonly kind: 'list'; readonly items: readonly Element[] }
  | { readonly kind: 'map'; readonly entries: ReadonlyMap<string, Element> };

/** Says what was expected in the text of an interpolation, after what, and what stands there instead. */
export class InterpolationSyntaxError extends Error {
  override readonly name = 'InterpolationSyntaxError';

  constructor(
    readonly expected: string,
    readonly before: string,
    /** Empty at the end of the text. */
    readonly next: string,
  ) {
    super(`expected ${expected} after ${before}`);
  }
}

/** Whether a text has to be parsed; it does also where its only `${` is escaped. */
export function isInterpolated(text: string): boolean {
  return text.includes('${');
}

/** Parses the text of a value. Throws an InterpolationSyntaxError. */
export function parseInterpolated(text: string): Text {
  return new InterpolationParser(text).text();
}

/** Parses what would be one argument of a resolver. Throws an InterpolationSyntaxError. */
export function parseElement(text: string): Element {
  return new InterpolationParser(text).onlyElement();
}

/** Writes a text such that it reads as itself: with `\${` for `${`. */
export function escapeInterpolation(text: string): string {
  return text.replace(/(\\*)\$\{/g, (_, backslashes: string) => `${backslashes}${backslashes}\\\${`);
}

const identifier = /^[A-Za-z_]\w*$/;
const spaces = /[ \t]+/y;
const integer = /[+-]?(?:0|[1-9](?:_?\d)*)/y;
const float =
  /[+-]?(?:(?:(?:0|[1-9](?:_?\d)*)?\.\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)\.?)e[+-]?\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)?\.\d(?:_?\d)*|(?:0|[1-9](?:_?\d)*)\.|inf|nan)/iy;
const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

const emptyText: Element = { kind: 'text', parts: [] };

interface Token {
  readonly part: string | Interpolation;
  /** Of a number, boolean or null, and what was written. */
  readonly literal?: ScalarNode;
}

class InterpolationParser {
  readonly #source: string;
  #position = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  text(): Text {
    return this.#text(undefined);
  }

  onlyElement(): Element {
    const element = this.#element();
    if (this.#position < this.#source.length) this.#fail('the end');
    return element;
  }

  /** Up to the closing quote, or to the end where there is none. Backslashes count only before the quote or `${`. */
  #text(quote: '"' | "'" | undefined): Text {
    const parts: (string | Interpolation)[] = [];
    let plain = '';
    for (;;) {
      plain += this.#match(/[^\\$"']+/y);
      const backslashes = this.#match(/\\*/y);
      const special = this.#startsWith('${')
        ? '${'
        : quote !== undefined && this.#startsWith(quote)
          ? quote
          : undefined;
      plain += special ? backslashes.slice(0, backslashes.length / 2) : backslashes;
      if (special && backslashes.length % 2 === 1) plain += this.#take(special);
      else if (special === '${') {
        if (plain) parts.push(plain);
        plain = '';
        parts.push(this.#interpolation());
      } else if (special || this.#position === this.#source.length) {
        if (quote !== undefined) this.#take(quote);
        return plain ? [...parts, plain] : parts;
      } else if (!backslashes) plain += this.#match(/[^]/y);
    }
  }

  #interpolation(): Interpolation {
    return this.#nested(() => {
      const start = this.#position;
      const written = () => this.#source.slice(start, this.#position);
      this.#take('${');
      this.#match(spaces);
      const path: (string | Interpolation)[] = [this.#match(/\.*/y)];
      let canBeName = path[0] === '';
      for (;;) {
        const isBracketed = this.#startsWith('[');
        if (isBracketed) path.push(this.#take('['));
        const key = this.#startsWith('${') ? this.#interpolation() : this.#match(/[^\\{}()[\]:. \t'"]+/y);
        if (key === '') this.#fail('a key');
        path.push(key);
        if (isBracketed) path.push(this.#take(']'));
        canBeName &&= !isBracketed && (typeof key !== 'string' || identifier.test(key));
        if (this.#startsWith('.')) path.push(this.#take('.'));
        else if (!this.#startsWith('[')) break;
      }
      if (canBeName && this.#takeSpaced(':')) {
        return { kind: 'call', name: path, args: this.#sequence('}'), text: written() };
      }
      if (!this.#takeSpaced('}', false)) this.#fail(canBeName ? '"}", "." or ":"' : '"}" or "."');
      return { kind: 'reference', path, text: written() };
    });
  }

  /** Elements up to the closing character; one that is left out beside a comma is the empty text. */
  #sequence(close: ']' | '}'): Element[] {
    const items: Element[] = [];
    if (this.#takeSpaced(close, false)) return items;
    for (;;) {
      items.push(this.#isAhead(',') || this.#isAhead(close) ? emptyText : this.#element());
      if (this.#takeSpaced(close, false)) return items;
      if (!this.#takeSpaced(',')) this.#fail(`"," or "${close}"`);
    }
  }

  #element(): Element {
    return this.#nested(() => {
      for (const quote of ['"', "'"] as const) {
        if (!this.#startsWith(quote)) continue;
        this.#take(quote);
        return { kind: 'text', parts: this.#text(quote) };
      }
      if (this.#startsWith('[')) {
        this.#takeSpaced('[');
        return { kind: 'list', items: this.#sequence(']') };
      }
      return this.#startsWith('{') ? this.#map() : this.#primitive();
    });
  }

  #map(): Element {
    const entries = new Map<string, Element>();
    this.#takeSpaced('{');
    if (this.#takeSpaced('}', false)) return { kind: 'map', entries };
    for (;;) {
      const key = this.#tokens(false)
        .map(({ part }) => (typeof part === 'string' ? part : part.text))
        .join('');
      if (!key) this.#fail('a key');
      if (key === forbiddenKey) this.#fail(`another key (${forbiddenKeyText})`);
      if (!this.#takeSpaced(':')) this.#fail('":"');
      entries.set(key, this.#element());
      if (this.#takeSpaced('}', false)) return { kind: 'map', entries };
      if (!this.#takeSpaced(',')) this.#fail('"," or "}"');
    }
  }

  /** A number, boolean, null or interpolation where nothing else stands beside it, otherwise text. */
  #primitive(): Element {
    const [first, ...rest] = this.#tokens(true);
    if (!first) return this.#fail('a value');
    if (rest.length === 0 && typeof first.part !== 'string')
      return { kind: 'interpolation', interpolation: first.part };
    if (rest.length === 0 && first.literal) return { kind: 'literal', node: first.literal };
    return { kind: 'text', parts: [first, ...rest].map(({ part }) => part) };
  }

  /** The tokens up to what ends an element. Spaces before that are not theirs; all others are. */
  #tokens(isValue: boolean): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      if ([',', ']', '}', ...(isValue ? [] : [':'])].some((end) => this.#isAhead(end))) return tokens;
      if (isValue && this.#startsWith('${')) tokens.push({ part: this.#interpolation() });
      else if (this.#isAhead(':')) tokens.push({ part: this.#match(/[ \t]*:[ \t]*/y) });
      else {
        const token = this.#token();
        if (token) tokens.push(token);
        else if (this.#position === this.#source.length) return tokens;
        else this.#fail('quotes around text with such a character');
      }
    }
  }

  /** The longest that is there, as a scanner takes it: `inf` is a number, `info` is text. */
  #token(): Token | undefined {
    const [whole = '', broken = '', word = ''] = [integer, float, /[A-Za-z_]\w*/y].map((kind) => this.#peek(kind));
    const number = broken.length >= whole.length ? broken : whole;
    const text = number && number.length >= word.length ? number : word;
    this.#position += text.length;
    if (text && text === number) return { part: text, literal: { kind: 'scalar', value: readNumber(text), text } };
    const value = Object.hasOwn(words, text.toLowerCase()) ? words[text.toLowerCase()] : undefined;
    if (value !== undefined) return { part: text, literal: { kind: 'scalar', value, text } };
    const part =
      text ||
      this.#match(/(?:\\[\\()[\]{}:=, \t])+/y).replace(/\\(.)/g, '$1') ||
      this.#match(/[-/\\+.$%*@?|]/y) ||
      this.#match(spaces);
    return part ? { part } : undefined;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) this.#fail(`at most ${maxDepth} levels of nesting`);
    const parsed = parse();
    this.#depth--;
    return parsed;
  }

  #startsWith(text: string): boolean {
    return this.#source.startsWith(text, this.#position);
  }

  /** Whether the character comes next, maybe after spaces. */
  #isAhead(character: string): boolean {
    return this.#source[this.#position + this.#peek(spaces).length] === character;
  }

  #peek(pattern: RegExp): string {
    pattern.lastIndex = this.#position;
    return pattern.exec(this.#source)?.[0] ?? '';
  }

  #match(pattern: RegExp): string {
    const found = this.#peek(pattern);
    this.#position += found.length;
    return found;
  }

  #take<T extends string>(expected: T): T {
    if (!this.#startsWith(expected)) this.#fail(`"${expected}"`);
    this.#position += expected.length;
    return expected;
  }

  /** Takes the character with the spaces before it and, unless it closes something, after it. */
  #takeSpaced(character: string, withFollowing = true): boolean {
    if (!this.#isAhead(character)) return false;
    this.#match(spaces);
    this.#take(character);
    if (withFollowing) this.#match(spaces);
    return true;
  }

  #fail(expected: string): never {
    const [next = ''] = this.#source.slice(this.#position, this.#position + 2);
    throw new InterpolationSyntaxError(expected, this.#source.slice(0, this.#position), next);
  }
}

function readNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const unsigned = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  return sign * (unsigned === 'inf' ? Infinity : Number(unsigned));
}
