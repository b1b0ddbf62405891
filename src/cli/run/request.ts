import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { findCheckpoint } from '../../io/find-checkpoint.js';
import { listCheckpoints, runOfCheckpoint } from '../../io/list-checkpoints.js';
import { runFolder } from '../../io/run-folder.js';
import { checkpointOfRun, parseRunReference, runOfReference } from '../../io/run-reference.js';
import { lightningTrainerParams } from '../../train/lightning-options.js';
import { isOverride } from '../config-words.js';
import { describeChoice } from '../found-checkpoint.js';
import { booleanFlag, integerFlag, textFlag, type Flags } from '../flags.js';
import { readCommandLine } from './command-line.js';
import { isTrainerFlag } from './run-flags.js';

/** What a command line asks `ldm run` to do. */
export interface RunRequest {
  /** Configs, merged left to right. */
  readonly configs: readonly string[];
  /** `path=value`, `+path=value`, `~path`, applied after them. */
  readonly overrides: readonly string[];
  /** Whether to go on with the run that this command line began, if it did. */
  readonly isAuto: boolean;
  /** To go on from, newest first: the first that is whole. */
  readonly checkpoints: readonly string[];
  /** The folder of the run to go on in. */
  readonly resumeFolder?: string;
  readonly name?: string;
  readonly postfix?: string;
  readonly logdir: string;
  readonly seed: number;
  /** Whether the command line says so; a run that goes on has a seed of its own. */
  readonly isSeedGiven: boolean;
  readonly scaleLr: boolean;
  /** Whether to train; false to test alone. */
  readonly train: boolean;
  /** Whether a test set is to be left alone. */
  readonly noTest: boolean;
  /** The flags, of which `engineFromFlags` reads those of the engine. */
  readonly flags: Flags;
  /** What the user should know of flags that do nothing here. */
  readonly notes: readonly string[];
}

/** What `--resume` takes for a run folder to be found. */
const AUTO = 'auto';
const NOWHERE: Resumed = { checkpoints: [] };

interface Resumed extends Pick<RunRequest, 'checkpoints' | 'resumeFolder'> {
  /** Which run it is, of one that was named. */
  readonly note?: string;
}

/** CompVis's default. */
const DEFAULT_SEED = 23;

/**
 * Reads the command line of `ldm run`.
 * @throws UserError on what cannot be read, or nothing to run; FileError on a missing checkpoint
 */
export function runRequest(argv: readonly string[]): RunRequest {
  const { words, flags } = readCommandLine(argv);
  const train = booleanFlag(flags, 'train', true);
  const noTest = booleanFlag(flags, 'no-test', false);
  if (!train && noTest) {
    throw new UserError({
      where: '--train',
      problem: 'neither a training nor a test is nothing to do',
      remedy: 'leave out one of --train false and --no-test, or draw from a run: ldm sample RUN',
    });
  }
  const resume = textFlag(flags, 'resume');
  if (resume !== undefined && flags.resume_from_checkpoint !== undefined) {
    throw new UserError({
      where: '--resume_from_checkpoint',
      problem: '--resume says already where to go on from',
      remedy: 'give one: --resume goes on in the same run folder, --resume_from_checkpoint in a new one',
    });
  }
  const isAuto = resume === AUTO;
  const logdir = textFlag(flags, 'logdir') ?? 'runs';
  const { checkpoints, resumeFolder, note } = resume === undefined || isAuto ? NOWHERE : resumedFrom(resume, logdir);
  if (resumeFolder !== undefined) checkOwnFolder(flags);
  const named = words.filter((word) => !isOverride(word));
  const configs = [...(resumeFolder ? configsOfRun(resumeFolder) : []), ...named];
  if (configs.length === 0 && checkpoints.length === 0) {
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
    overrides: [...trainerOverrides(flags), ...words.filter(isOverride)],
    isAuto,
    checkpoints,
    ...(resumeFolder !== undefined && { resumeFolder }),
    ...(name !== undefined && { name }),
    ...(postfix !== undefined && { postfix }),
    logdir,
    seed: integerFlag(flags, 'seed', 0) ?? DEFAULT_SEED,
    isSeedGiven: flags.seed !== undefined,
    scaleLr: booleanFlag(flags, 'scale_lr', true),
    train,
    noTest,
    flags,
    notes: [
      ...(flags.project === undefined ? [] : ['--project has no effect: --name and --logdir say where a run lies']),
      ...(note === undefined ? [] : [note]),
      ...(resumeFolder === undefined || flags.logdir === undefined || note !== undefined
        ? []
        : ['--logdir has no effect: the run goes on in its own folder']),
    ],
  };
}

/**
 * Of `latest:NAME` the run as it stands, unless it says that it is to go on from another checkpoint than its last.
 * @throws FileError where there is neither a checkpoint nor a run
 */
function resumedFrom(word: string, logdir: string): Resumed {
  const reference = parseRunReference(word);
  if (!reference) return resumedAt(word);
  if (reference.which === 'best') {
    const found = checkpointOfRun(reference, logdir);
    return { ...resumedAt(found.path), note: describeChoice(word, found) };
  }
  const run = runOfReference(reference, logdir);
  return { ...resumedAt(run.path), note: describeChoice(word, { path: run.path, run }) };
}

/** @throws FileError where there is neither a checkpoint nor a run */
function resumedAt(path: string): Resumed {
  // It may have been stopped before its first checkpoint.
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isFolder && configsOfRun(path).length > 0) return { checkpoints: listCheckpoints(path), resumeFolder: path };
  const first = findCheckpoint(path);
  const checkpoints = first === path ? [path] : listCheckpoints(path);
  const resumeFolder = runOfCheckpoint(first);
  return { checkpoints, ...(resumeFolder !== undefined && { resumeFolder }) };
}

/** A run that goes on keeps its folder, and the folder its name. */
function checkOwnFolder(flags: Flags): void {
  const problems = ['name', 'postfix'].flatMap((name) =>
    flags[name] === undefined
      ? []
      : [
          {
            where: `--${name}`,
            problem: 'the run goes on in its own folder, which has a name',
            remedy: 'leave it out; to begin a new run from a checkpoint: --resume_from_checkpoint FILE',
          },
        ],
  );
  if (problems.length > 0) throw new UserError(problems);
}

/** `--max_steps 20` as the override that says the same. */
function trainerOverrides(flags: Flags): string[] {
  return Object.entries(flags)
    .filter(([name]) => isTrainerFlag(name))
    .map(([name, value]) => `lightning.trainer.${name}=${overrideValue(name, value)}`);
}

/** Overrides hold YAML: text stays text, and the truth values of argparse become YAML's. */
function overrideValue(name: string, value: unknown): string {
  const { type } = lightningTrainerParams.properties[name] as { type?: string | readonly string[] };
  const types = [type ?? []].flat();
  const text = String(value);
  if (types.includes('boolean')) {
    const [yes, no] = types.includes('integer')
      ? [/^(?:yes|y|t)$/i, /^(?:no|n|f)$/i]
      : [/^(?:yes|y|t|1)$/i, /^(?:no|n|f|0)$/i];
    return text.replace(yes, 'true').replace(no, 'false');
  }
  if (/^(?:none|null)$/i.test(text) && types.includes('null')) return 'null';
  return types.includes('string') && types.every((one) => one === 'string' || one === 'null')
    ? JSON.stringify(text)
    : text;
}

/** The resolved configs that a run keeps of itself, oldest first: later ones are of its resumptions. */
export function configsOfRun(folder: string): string[] {
  const { configs } = runFolder(folder);
  const files = configFiles(folder);
  const newest = (suffix: string) =>
    files
      .filter((name) => name.endsWith(suffix))
      .sort()
      .slice(-1);
  return [...newest(PROJECT), ...newest(LIGHTNING)].map((name) => join(configs, name));
}

/** Every configuration that a run had, whole: its first, and those of its resumptions. */
export function allConfigsOfRun(folder: string): string[] {
  const { configs } = runFolder(folder);
  const projects = configFiles(folder).filter((name) => name.endsWith(PROJECT));
  return projects.flatMap((name) => {
    const parts = [name, name.replace(PROJECT, LIGHTNING)].map((part) => join(configs, part));
    return parts.every((part) => existsSync(part)) ? [parts.map((part) => readFileSync(part, 'utf8')).join('')] : [];
  });
}

const PROJECT = '-project.yaml';
const LIGHTNING = '-lightning.yaml';

function configFiles(folder: string): string[] {
  const { configs } = runFolder(folder);
  if (!statSync(configs, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(configs).filter((name) => name.endsWith('.yaml'));
}
