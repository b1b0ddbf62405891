import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { UserError } from '../errors.js';
import { errnoOf, fileProblem } from './file-problems.js';
import { makeFolder } from './make-folder.js';

/** Where things lie in a run folder. */
export interface RunFolder {
  readonly path: string;
  readonly configs: string;
  readonly checkpoints: string;
  readonly tensorboard: string;
  readonly images: { readonly train: string; readonly val: string };
  /** One JSON object per logged step. */
  readonly metrics: string;
  /** What the command was and what it ran on. */
  readonly record: string;
  /** What a person saw. */
  readonly log: string;
}

export interface RunFolderOptions {
  /** The folder of all runs; created where missing. */
  readonly logdir?: string;
  /** The experiment's first configuration file; its stem becomes part of the name. */
  readonly config: string;
  /** `-n`. */
  readonly name?: string | undefined;
  /** `--postfix`, appended as it is. */
  readonly postfix?: string | undefined;
  readonly now?: Date;
}

/** The parts of the run folder at `path`, whether it exists or not. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    configs: join(path, 'configs'),
    checkpoints: join(path, 'checkpoints'),
    tensorboard: join(path, 'tensorboard'),
    images: { train: join(path, 'images', 'train'), val: join(path, 'images', 'val') },
    metrics: join(path, 'metrics.jsonl'),
    record: join(path, 'run.json'),
    log: join(path, 'log.txt'),
  };
}

/**
 * Creates `<logdir>/<time>_<config>[_<name>][<postfix>]` and its sub-folders. A name that is taken, by a run started in
 * the same second, gets `-2`, `-3` …: no run ever writes into another's folder.
 *
 * @throws UserError on a name that is no file name; FileError where the folder cannot be created.
 */
export function createRunFolder(options: RunFolderOptions): RunFolder {
  const { logdir = 'runs', name, postfix, now = new Date() } = options;
  checkFileName('--name', name);
  checkFileName('--postfix', postfix);
  const wanted = `${formatRunTime(now)}_${label(options)}`;
  try {
    makeFolder(logdir);
    const run = runFolder(makeFresh(join(logdir, wanted)));
    for (const folder of [run.configs, run.checkpoints, run.tensorboard, run.images.train, run.images.val]) {
      makeFolder(folder);
    }
    return run;
  } catch (cause) {
    throw fileProblem(join(logdir, wanted), 'create the run folder', cause, {
      remedy: 'choose a folder that can be written: --logdir DIR',
    });
  }
}

/** The runs of this config and name in `logdir`, newest first. */
export function runsNamed(options: RunFolderOptions): RunFolder[] {
  const { logdir = 'runs' } = options;
  const wanted = label(options);
  const time = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d_/;
  // Of one second, the second is `-2`.
  const version = (name: string): number => Number(/^-(\d+)$/.exec(rest(name))?.[1] ?? 1);
  const rest = (name: string): string => name.slice(TIME_LENGTH + wanted.length);
  const isOurs = (name: string): boolean =>
    time.test(name) && name.startsWith(wanted, TIME_LENGTH) && /^(-\d+)?$/.test(rest(name));
  const names = existsSync(logdir) ? readdirSync(logdir).filter(isOurs) : [];
  const byAge = (a: string, b: string): number => {
    const [timeA, timeB] = [a.slice(0, TIME_LENGTH), b.slice(0, TIME_LENGTH)];
    return timeA === timeB ? version(b) - version(a) : timeA < timeB ? 1 : -1;
  };
  return names.sort(byAge).map((name) => runFolder(join(logdir, name)));
}

/** What follows the time in a run folder's name. */
function label({ config, name, postfix = '' }: RunFolderOptions): string {
  return `${basename(config, extname(config))}${name ? `_${name}` : ''}${postfix}`;
}

const TIME_LENGTH = '2026-11-21T08-30-00_'.length;

/** The time in a run folder's name, and what follows; of a folder that was renamed, all of it follows no time. */
export function splitRunName(name: string): { time: string; label: string } {
  const [, time = '', label = name] = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)_(.+)$/.exec(name) ?? [];
  return { time, label };
}

/** Local time as CompVis names runs: `2026-11-21T08-30-00`. */
export function formatRunTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${date}T${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('-')}`;
}

/** Creating, not looking first, is what makes two processes of the same second take two names. */
function makeFresh(wanted: string): string {
  for (let attempt = 1; ; attempt++) {
    const path = attempt === 1 ? wanted : `${wanted}-${attempt}`;
    try {
      mkdirSync(path);
      return path;
    } catch (cause) {
      if (errnoOf(cause) !== 'EEXIST') throw cause;
    }
  }
}

function checkFileName(flag: string, text: string | undefined): void {
  // eslint-disable-next-line no-control-regex -- NUL and its neighbours are what no file name may hold
  if (text !== undefined && /[/\\\u0000-\u001f]/.test(text)) {
    throw new UserError({
      where: flag,
      problem: 'cannot be part of a folder name',
      found: JSON.stringify(text),
      remedy: 'leave out slashes and control characters; --logdir chooses the folder of all runs',
    });
  }
}
