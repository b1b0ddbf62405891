import { describeSchema } from '../../config/index.js';
import { nearestNames, UserError, type Problem } from '../../errors.js';
import { isConfigName, isOverride } from '../config-words.js';
import { runFlags, usefulFlags, type RunFlag } from './run-flags.js';

/** A command line of `ldm run`, read but not yet understood. */
export interface CommandLine {
  /** The words that belong to no flag, and the configs of `--base`, in their order. */
  readonly words: readonly string[];
  /** By name: the value as it was typed, or true where a switch came without one. */
  readonly flags: Readonly<Record<string, string | true>>;
}

const byName = new Map(runFlags.map((flag) => [normalized(flag.name), flag]));
const byShort = new Map(runFlags.flatMap((flag) => (flag.short === undefined ? [] : [[flag.short, flag] as const])));

/**
 * Reads the words after `ldm run` as Python's argparse reads those of CompVis's `main.py`: `--flag value`, `--flag=value`,
 * `-f value`, `-fvalue`, a switch with or without a truth value, a negative number as a value. Values stay the text that
 * was typed: `0,` and `001` mean what they say. `--a.b value` and `--a.b=value` are the override `a.b=value`.
 *
 * @throws UserError with all that is wrong: unknown flags, flags without their value, flags given twice
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const words: string[] = [];
  const flags = new Map<string, string | true>();
  const problems: Problem[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--') {
      words.push(...argv.slice(i + 1));
      break;
    }
    if (!isFlag(word)) {
      words.push(word);
      continue;
    }
    const { written, flag, attached, path } = parseFlag(word);
    const next = argv[i + 1];
    const following = next === undefined || isFlag(next) ? undefined : next;
    if (path !== undefined) {
      const value = attached ?? (following !== undefined && !following.includes('=') ? following : undefined);
      if (value === undefined) problems.push(overrideWithoutValue(written, path));
      else words.push(`${path}=${value}`);
      if (attached === undefined && value !== undefined) i += 1;
      continue;
    }
    if (!flag) {
      problems.push(unknownFlag(written));
      // What follows is its value, not a config.
      if (attached === undefined && following !== undefined && !isConfigOrOverride(following)) i += 1;
      continue;
    }
    const takesNext = attached === undefined && following !== undefined && (!flag.isSwitch || isSwitchValue(following));
    const value = attached ?? (takesNext ? following : undefined);
    if (takesNext) i += 1;
    if (value === undefined && !flag.isSwitch) problems.push(withoutValue(written, flag));
    else if (flag.isList) words.push(value ?? '');
    else if (flags.has(flag.name)) problems.push(givenTwice(flag, flags.get(flag.name), value));
    else flags.set(flag.name, value ?? true);
  }
  if (problems.length > 0) throw new UserError(problems);
  return { words, flags: Object.fromEntries(flags) };
}

interface ParsedFlag {
  /** As it was typed, without a value. */
  readonly written: string;
  readonly flag?: RunFlag | undefined;
  /** The value in the same word. */
  readonly attached?: string | undefined;
  /** The dotted path that a flag stands for which is none. */
  readonly path?: string;
}

function parseFlag(word: string): ParsedFlag {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const written = equals === -1 ? word : word.slice(0, equals);
    const attached = equals === -1 ? undefined : word.slice(equals + 1);
    const name = written.slice(2);
    if (name.includes('.')) return { written, attached, path: name };
    return { written, flag: byName.get(normalized(name)), attached };
  }
  const flag = byShort.get(word[1] ?? '');
  // `-name x` is a long flag short of a dash, not `-n ame`.
  if (!flag || byName.has(normalized(word.slice(1).split('=', 1)[0] ?? ''))) return { written: word };
  const rest = word.slice(2);
  return { written: word.slice(0, 2), flag, attached: rest === '' ? undefined : rest.replace(/^=/, '') };
}

/** Python writes names with underscores, shells with dashes; both are taken. */
function normalized(name: string): string {
  return name.replaceAll('-', '_');
}

/** A negative number is a value. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-') && !/^-\.?\d/.test(word);
}

/** What a switch takes for its value, if a wrong one; a path or an override stands by itself: `-t config.yaml`. */
function isSwitchValue(word: string): boolean {
  return /^(?:\w+|-?[\d.]+)$/.test(word);
}

function isConfigOrOverride(word: string): boolean {
  return isOverride(word) || isConfigName(word);
}

const help = 'ldm run --help lists the options; a value of the config is set by model.params.…=value';

function unknownFlag(written: string): Problem {
  const name = written.replace(/^-+/, '').split('=', 1)[0] ?? '';
  const isShort = !written.startsWith('--') && name.length === 1;
  const names = usefulFlags.map((flag) => flag.name);
  const nearest = byName.get(normalized(name))?.name;
  const found = nearest !== undefined ? [nearest] : isShort ? [] : nearestNames(name, names);
  return { where: written, problem: 'unknown option', nearest: found.map((one) => `--${one}`), remedy: help };
}

function withoutValue(written: string, { expected }: RunFlag): Problem {
  return {
    where: written,
    problem: 'its value is missing',
    expected: typeof expected === 'string' ? expected : describeSchema(expected),
  };
}

function givenTwice({ name }: RunFlag, ...values: readonly (string | true | undefined)[]): Problem {
  const found = values.map((value) => (typeof value === 'string' ? value : 'true')).join(' and ');
  return { where: `--${name}`, problem: 'given more than once', found, remedy: 'leave one' };
}

function overrideWithoutValue(written: string, path: string): Problem {
  return { where: written, problem: 'its value is missing', expected: `${path}=value`, remedy: `write ${path}=…` };
}
