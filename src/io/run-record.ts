import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { writeFileAtomically } from './atomic-write.js';

/** The commit of the folder the user works in, and whether tracked files differ from it. */
export interface GitState {
  readonly commit: string;
  readonly dirty: boolean;
}

/** What one needs to know to run it again: the content of `run.json`. */
export interface RunRecord {
  readonly command: readonly string[];
  /** The configs that it was made from, as they were given; absent in records of earlier versions. */
  readonly configs?: readonly string[];
  readonly seed: number;
  /** `--scale_lr`. */
  readonly scaleLr: boolean;
  /** The flags of the engine that were given: a run that goes on computes as it did. */
  readonly engineFlags: Readonly<Record<string, unknown>>;
  readonly engine: string;
  /** Where it computed: `cpu`, `cuda:0`. */
  readonly device: string;
  /** What it computed in: `32`, `bf16-mixed`. */
  readonly precision: string;
  /** By package, e.g. `ldm-runner`, `@tensorflow/tfjs-core`, `libtorch`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly git: GitState | null;
  readonly node: string;
  readonly platform: string;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** How it was gone on with, one after the other. */
  readonly resumed?: readonly Resumption[];
}

export type Resumption = Pick<RunRecord, 'command' | 'engine' | 'device' | 'precision' | 'versions' | 'started'>;

export interface RunRecordOptions extends Pick<
  RunRecord,
  'command' | 'configs' | 'seed' | 'scaleLr' | 'engineFlags' | 'engine' | 'device' | 'precision' | 'versions'
> {
  /** The user's working folder. */
  readonly folder?: string;
  readonly now?: Date;
}

/** Gathers the record of a run that starts now. */
export function describeRun(options: RunRecordOptions): RunRecord {
  const { folder = process.cwd(), now = new Date(), ...given } = options;
  return {
    ...given,
    git: gitState(folder),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    host: hostname(),
    started: now.toISOString(),
  };
}

/** @throws WriteError where the file cannot be written. */
export function writeRunRecord(path: string, record: Partial<RunRecord>): void {
  writeFileAtomically(path, `${JSON.stringify(record, null, 2)}\n`);
}

/** The record of a run that goes on: that of its beginning, with what goes on now. */
export function withResumption(first: Partial<RunRecord>, now: RunRecord): Partial<RunRecord> {
  const { command, engine, device, precision, versions, started } = now;
  const resumption = { command, engine, device, precision, versions, started };
  return { ...first, resumed: [...(first.resumed ?? []), resumption] };
}

/** @returns undefined where there is none, or none that can be understood; of earlier versions, parts are missing. */
export function readRunRecord(path: string): Partial<RunRecord> | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof record === 'object' && record !== null ? record : undefined;
  } catch {
    return undefined;
  }
}

/** @returns null outside a git repository, in one without a commit, and without git. */
export function gitState(folder: string): GitState | null {
  const commit = git(folder, 'rev-parse', '--verify', 'HEAD');
  if (commit === undefined) return null;
  return { commit, dirty: git(folder, 'status', '--porcelain', '--untracked-files=no') !== '' };
}

function git(folder: string, ...parameters: readonly string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', folder, ...parameters], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
      // Looking must not lock the repository: the user may be committing.
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    }).trim();
  } catch {
    return undefined;
  }
}
