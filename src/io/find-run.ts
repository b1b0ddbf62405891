import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { FileError, listNames, nearestNames } from '../errors.js';
import { namesIn } from './list-checkpoints.js';
import { runFolder, splitRunName, type RunFolder } from './run-folder.js';
import { readRunRecord } from './run-record.js';

/** A run that a name stands for. */
export interface FoundRun extends RunFolder {
  /** Older runs that the name fits as well, newest first. */
  readonly older: readonly string[];
}

/** What a run folder is called, in parts. */
interface RunName {
  readonly folder: string;
  /** When it was begun; of a folder that was renamed nothing. */
  readonly time: string;
  /** What the folder may be taken for: of `mnist-2`, which may be the second `mnist` of its second, two. */
  readonly labels: readonly string[];
  readonly version: number;
}

/** Runs that a message names. */
const MOST_NAMED = 3;

/**
 * The newest run that a name stands for: the path of a run folder, the name of one in the folder of runs, or what it was
 * called: its config, its `--name` or what its folder's name ends with after a `_`. `other/mnist` is looked for in the
 * folder `other`.
 * @param logdir the folder of all runs
 * @throws FileError where there is none: names the nearest and the newest ones
 */
export function findRun(name: string, logdir = 'runs'): FoundRun {
  const path = normalize(name).replace(/(?<=.)\/+$/, '');
  if (name.trim() !== '' && isRun(path)) return { ...runFolder(path), older: [] };
  const folder = path.includes('/') ? dirname(path) : logdir;
  const wanted = basename(path);
  const runs = runsIn(folder);
  const [newest, ...older] = runs.filter((run) => isCalled(run, wanted, folder));
  const at = ({ folder: own }: RunName): string => join(folder, own);
  if (!newest) throw noSuchRun(name, wanted, { folder, runs });
  return { ...runFolder(at(newest)), older: older.map(at) };
}

function isRun(path: string): boolean {
  const { checkpoints, record } = runFolder(path);
  return [checkpoints, record].some((part) => existsSync(part));
}

/** The folders in a folder of runs, newest first; those that do not say their time last. */
function runsIn(logdir: string): RunName[] {
  const folders = foldersIn(logdir);
  return folders.map((folder) => runName(folder, folders)).sort(byAge);
}

function runName(folder: string, all: readonly string[]): RunName {
  const { time, label } = splitRunName(folder);
  const [, first, version] = /^(.+)-(\d+)$/.exec(label) ?? [];
  // The second run of a second is called so only beside the first.
  if (time === '' || first === undefined || !all.includes(`${time}_${first}`)) {
    return { folder, time, labels: [label], version: 1 };
  }
  return { folder, time, labels: [first, label], version: Number(version) };
}

function byAge(a: RunName, b: RunName): number {
  return a.time === b.time ? b.version - a.version || (a.folder < b.folder ? 1 : -1) : a.time < b.time ? 1 : -1;
}

function isCalled({ folder, labels }: RunName, wanted: string, logdir: string): boolean {
  if (wanted === '') return false;
  if (folder === wanted || labels.some((label) => label === wanted || label.endsWith(`_${wanted}`))) return true;
  const [config = ''] = readRunRecord(runFolder(join(logdir, folder)).record)?.configs ?? [];
  return basename(config, extname(config)) === wanted;
}

function noSuchRun(
  name: string,
  wanted: string,
  { folder, runs }: { folder: string; runs: readonly RunName[] },
): FileError {
  const newest = runs.filter(({ time }) => time !== '').map((run) => run.folder);
  const known = new Set(runs.flatMap(({ labels }) => labels.flatMap((label) => [label, ...endsOf(label)])));
  const isThere = existsSync(folder);
  return new FileError({
    problem: isThere
      ? `there is no run ${wanted === '' ? 'without a name' : wanted} in ${folder}`
      : `there is no run ${wanted}, for there is no folder ${folder}`,
    found: existsSync(name) ? `${name}, which is no run folder` : undefined,
    expected: 'the name of a run or of its config, or the path of its folder',
    nearest: nearestNames(wanted, known),
    remedy:
      newest.length > 0
        ? `the newest runs there: ${listNames(newest, MOST_NAMED)}`
        : 'train it first; of a run elsewhere give the path',
  });
}

/** `kl_wide` and `wide` of `mnist_kl_wide`. */
function endsOf(label: string): string[] {
  const [, ...words] = label.split('_');
  return words.map((_, i) => words.slice(i).join('_'));
}

function foldersIn(folder: string): string[] {
  return namesIn(folder).filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory());
}
