import { basename } from 'node:path';
import type { CAC, Command } from 'cac';
import { registry } from '../../../registry/index.js';
import type { ConfigTree } from '../../config/index.js';
import { UserError } from '../../errors.js';
import { lightningTrainerParams } from '../../train/lightning-options.js';
import { componentPaths } from '../component-config.js';
import { isConfigName, isOverride } from '../config-words.js';
import { shippedConfigs } from '../copy/shipped.js';
import { loadTree } from '../load-config.js';
import { fileSuggestions } from './file-suggestions.js';
import { overrideSuggestions } from './override-suggestions.js';
import { shells } from './scripts.js';
import type { Suggestion } from './suggestion.js';

/** A line that is being completed. */
interface Line {
  readonly command: Command;
  /** The words between the verb and the one that is being completed. */
  readonly before: readonly string[];
  /** The word that is being completed. */
  readonly begun: string;
}

/**
 * What the last word of a line may be completed to.
 * @param words of the line up to the cursor, the program's name first: `ldm`, `run`, or `npx` before either; as they were
 * typed, quotes and all
 */
export function suggest(cli: CAC, words: readonly string[]): Suggestion[] {
  const [begun = '', ...reversed] = words.map(unquoted).reverse();
  const line = withoutProgram(reversed.reverse());
  const all = line ? suggestionsFor(cli, line, begun) : programSuggestions(words);
  return all.filter(({ value }) => value.startsWith(begun));
}

/** The verb and what follows it; undefined where the program is none of ours, or is being typed. */
function withoutProgram([program = '', ...rest]: readonly string[]): string[] | undefined {
  const name = basename(program).replace(/\.mjs$/, '');
  if (name === 'ldm') return rest;
  if (name === 'run') return ['run', ...rest];
  const own = rest.findIndex((word) => !word.startsWith('-'));
  return name === 'npx' && own >= 0 ? withoutProgram(rest.slice(own)) : undefined;
}

function programSuggestions(words: readonly string[]): Suggestion[] {
  const isFirst = words.slice(1, -1).every((word) => word.startsWith('-'));
  return words[0] === 'npx' && isFirst ? [{ value: 'ldm' }, { value: 'run' }] : [];
}

function suggestionsFor(cli: CAC, [verb, ...before]: readonly string[], begun: string): Suggestion[] {
  if (verb === undefined) return cli.commands.map(({ name, description }) => ({ value: name, description }));
  const command = cli.commands.find(({ name }) => name === verb);
  if (!command) return [];
  const line = { command, before, begun };
  const flag = /^(--[^=]+)=/.exec(begun)?.[1];
  const option = optionNamed(command, flag ?? before.at(-1) ?? '');
  if (option && flag !== undefined) {
    return optionValues(option, line, begun.slice(flag.length + 1)).map(({ value }) => ({ value: `${flag}=${value}` }));
  }
  const values = option ? optionValues(option, line, begun) : [];
  if (option?.required === true) return values;
  return [...values, ...(begun.startsWith('-') ? optionNames(cli, command) : wordSuggestions(line))];
}

type Option = Command['options'][number];

/** The option that a word names, if it takes a value: `required`, or else one that may be left out. */
function optionNamed({ options }: Command, word: string): Option | undefined {
  const name = /^--?([\w-]+)$/.exec(word)?.[1];
  return options.find(({ names, required }) => required !== undefined && name !== undefined && names.includes(name));
}

function optionNames(cli: CAC, { options }: Command): Suggestion[] {
  return [...options, ...cli.globalCommand.options].map(({ name, description }) => ({
    value: `--${name}`,
    description,
  }));
}

function optionValues({ name, rawName, description }: Option, line: Line, begun: string): Suggestion[] {
  if (name === 'kind') return asSuggestions(registry.kinds());
  if (name === 'component') return asSuggestions(componentPaths(treeOf(line)?.root ?? emptyMap));
  if (rawName.includes('<config>')) return fileSuggestions(begun, isConfigName);
  if (/<(?:file|path|folder)>/.test(rawName)) return fileSuggestions(begun);
  if (rawName.includes('<name|file>')) {
    const names = choicesIn(description);
    return names.some((name) => name.startsWith(begun)) ? asSuggestions(names) : fileSuggestions(begun);
  }
  if (/[<[]bool[>\]]/.test(rawName)) return asSuggestions(['true', 'false']);
  const { enum: choices } =
    (lightningTrainerParams.properties as Record<string, { enum?: readonly unknown[] }>)[name] ?? {};
  return asSuggestions(choices ? new Set(choices.map(String)) : choicesIn(description));
}

/** Descriptions of options that take one of a few names begin with them: `ddim or ddpm (default: ddim)`. */
function choicesIn(description: string): string[] {
  const listed = /^(?:[\w.+-]+, )*[\w.+-]+ or [\w.+-]+/.exec(description)?.[0];
  return listed?.split(/, | or /) ?? [];
}

function wordSuggestions(line: Line): Suggestion[] {
  const { command, before, begun } = line;
  const index = wordsIn(command, before).length;
  const slot = command.args[index] ?? command.args.findLast(({ variadic }) => variadic);
  switch (slot?.value) {
    case 'words':
      return configSuggestions(line);
    case 'config':
      return command.name === 'copy'
        ? shippedConfigs().map(({ name, summary }) => ({ value: name, description: summary }))
        : fileSuggestions(begun, isConfigName);
    case 'target':
      return componentSuggestions(begun);
    case 'shell':
      return asSuggestions(shells);
    case 'name':
    case undefined:
      return [];
    default:
      return fileSuggestions(begun);
  }
}

/** Configs, and once there is one, what can be changed in it. */
function configSuggestions(line: Line): Suggestion[] {
  const tree = treeOf(line);
  const overrides = tree ? overrideSuggestions(tree, line.begun) : [];
  return tree && line.begun === '' ? overrides : [...overrides, ...fileSuggestions(line.begun, isConfigName)];
}

/** Components by name; by published names too once a dot says that one is meant. */
function componentSuggestions(begun: string): Suggestion[] {
  return registry.components().flatMap(({ target, aliases = [], summary }) => {
    const names = begun.includes('.') ? [target, ...aliases] : [target];
    return names.map((value) => ({ value, description: summary }));
  });
}

/** What the configs on the line hold, as far as they can be read. */
function treeOf({ command, before }: Line): ConfigTree | undefined {
  const words = wordsIn(command, before).filter((word) => !isOverride(word));
  const bases = before.filter((_, i) => /^(?:-b|--base)$/.test(before[i - 1] ?? ''));
  const configs = [...bases, ...words];
  if (configs.length === 0) return undefined;
  try {
    return loadTree(configs);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The words that are no options and no values of options. */
function wordsIn(command: Command, before: readonly string[]): string[] {
  return before.filter((word, i) => {
    if (word.startsWith('-')) return false;
    const option = optionNamed(command, before[i - 1] ?? '');
    const isValue = option?.required ?? false;
    return !isValue && !(option && /^(?:true|false|yes|no|[tfyn01])$/i.test(word));
  });
}

const emptyMap = { kind: 'map', entries: new Map() } as const;

function asSuggestions(values: Iterable<string>): Suggestion[] {
  return [...values].map((value) => ({ value }));
}

/** A word as the program would get it; of one that is still being typed, the quote need not be closed. */
function unquoted(word: string): string {
  const quote = /^["']/.exec(word)?.[0];
  const inside = quote === undefined ? word : word.slice(1).replace(new RegExp(`${quote}$`), '');
  return quote === "'" ? inside : inside.replaceAll(/\\(.)/g, '$1');
}
