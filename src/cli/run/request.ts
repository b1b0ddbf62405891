import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nearestNames, UserError } from '../../errors.js';
import { findCheckpoint, runOfCheckpoint } from '../../io/find-checkpoint.js';
import { runFolder } from '../../io/run-folder.js';
import { trainerParams } from '../../train/trainer.params.js';
import { booleanFlag, integerFlag, textFlag, type Flags } from '../flags.js';

/** What a command line asks `ldm run` to do. */
export interface RunRequest {
  /** Configs, merged left to right. */
  readonly configs: readonly string[];
  /** `path=value`, `+path=value`, `~path`, applied after them. */
  readonly overrides: readonly string[];
  readonly checkpoint?: string;
  /** The folder of the run to go on in. */
  readonly resumeFolder?: string;
  readonly name?: string;
  readonly postfix?: string;
  readonly logdir: string;
  readonly seed: number;
  readonly scaleLr: boolean;
}

/** CompVis's default. */
const DEFAULT_SEED = 23;

/** The flags of `ldm run` itself; any other is an option of the trainer. */
const RUN_FLAGS = new Set([
  ...['base', 'b', 'train', 't', 'test', 'name', 'n', 'postfix', 'resume', 'r', 'seed', 's', 'logdir', 'l'],
  ...['scale_lr', 'debug', 'd', 'engine', 'device', 'threads', 'tf32', 'help', 'h', 'version', 'v', '--'],
]);

/**
 * Reads the command line of `ldm run`.
 * @throws UserError on an unknown flag, a flag without its value, or nothing to run; FileError on a missing checkpoint
 */
export function runRequest(given: readonly string[], givenFlags: Flags): RunRequest {
  const { words, flags } = withoutSwallowed(given, givenFlags);
  const overrides = words.filter(isOverride);
  const trainerOverrides = trainerFlags(flags);
  if (!booleanFlag(flags, 'train', true)) {
    throw new UserError({
      where: '--train',
      problem: 'without training there is nothing to do',
      remedy: 'leave the flag out, or draw from a run: ldm sample RUN',
    });
  }
  const base = [flags.base ?? []].flat().map(String);
  const named = [...base, ...words.filter((word) => !isOverride(word))];
  const resume = textFlag(flags, 'resume');
  const checkpoint = resume === undefined ? undefined : findCheckpoint(resume);
  const resumeFolder = checkpoint && runOfCheckpoint(checkpoint);
  const configs = [...(resumeFolder ? configsOfRun(resumeFolder) : []), ...named];
  if (configs.length === 0 && checkpoint === undefined) {
    throw new UserError({
      problem: 'no config to run',
      expected: 'ldm run CONFIG… or ldm run --resume RUN',
      remedy: 'ldm run configs/ddpm/mnist.yaml',
    });
  }
  const name = textFlag(flags, 'name');
  const postfix = textFlag(flags, 'postfix');
  return {
    configs,
    overrides: [...trainerOverrides, ...overrides],
    ...(checkpoint !== undefined && { checkpoint }),
    ...(resumeFolder !== undefined && { resumeFolder }),
    ...(name !== undefined && { name }),
    ...(postfix !== undefined && { postfix }),
    logdir: textFlag(flags, 'logdir') ?? 'runs',
    seed: integerFlag(flags, 'seed', 0) ?? DEFAULT_SEED,
    scaleLr: booleanFlag(flags, 'scale_lr', true),
  };
}

/** The flags whose value may be left out; the word after them then is none of theirs: `-t config.yaml`. */
function withoutSwallowed(words: readonly string[], flags: Flags): { words: readonly string[]; flags: Flags } {
  const swallowed = ['train', 't', 'scale_lr'].filter((name) => {
    const value = flags[name];
    return typeof value === 'string' && (isOverride(value) || /\.ya?ml$/i.test(value));
  });
  const freed = [...new Set(swallowed.map((name) => String(flags[name])))];
  const set = Object.fromEntries(swallowed.map((name) => [name, true]));
  return { words: [...freed, ...words], flags: { ...flags, ...set } };
}

/** `a.b=1`, `+a.b=1` and `~a.b`; a file may have a `=` in its name, but then ends as configs do. */
export function isOverride(word: string): boolean {
  return /^[+~]/.test(word) || (word.includes('=') && !/\.ya?ml$/i.test(word));
}

/** `--max_steps 20` as the override that says the same. */
function trainerFlags(flags: Flags): string[] {
  const options = Object.keys(trainerParams.properties);
  const names = Object.keys(flags).filter((name) => !RUN_FLAGS.has(name));
  const unknown = names.filter((name) => !options.includes(name));
  if (unknown.length > 0) {
    throw new UserError(
      unknown.map((name) => ({
        where: name.length === 1 ? `-${name}` : `--${name}`,
        problem: 'unknown option',
        nearest: nearestNames(
          name,
          [...options, ...RUN_FLAGS].filter((known) => known.length > 1),
        ).map((known) => `--${known}`),
        remedy: 'ldm run --help lists the options; a value of the config is set by model.params.…=value',
      })),
    );
  }
  return names.map((name) => {
    const value = flags[name];
    if (Array.isArray(value)) throw new UserError({ where: `--${name}`, problem: 'given more than once' });
    return `lightning.trainer.${name}=${String(value)}`;
  });
}

/** The resolved configs that a run keeps of itself, oldest first: later ones are of its resumptions. */
export function configsOfRun(folder: string): string[] {
  const { configs } = runFolder(folder);
  if (!statSync(configs, { throwIfNoEntry: false })?.isDirectory()) return [];
  const files = readdirSync(configs).filter((name) => name.endsWith('.yaml'));
  const newest = (suffix: string) =>
    files
      .filter((name) => name.endsWith(suffix))
      .sort()
      .slice(-1);
  return [...newest('-project.yaml'), ...newest('-lightning.yaml')].map((name) => join(configs, name));
}
