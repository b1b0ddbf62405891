import { execFileSync } from 'node:child_process';
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
  readonly seed: number;
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
}

export interface RunRecordOptions extends Pick<
  RunRecord,
  'command' | 'seed' | 'engine' | 'device' | 'precision' | 'versions'
> {
  /** The user's working folder. */
  readonly folder?: string;
  readonly now?: Date;
}

/** Gathers the record of a run that starts now. */
export function describeRun(options: RunRecordOptions): RunRecord {
  const { command, seed, engine, device, precision, versions, folder = process.cwd(), now = new Date() } = options;
  return {
    command,
    seed,
    engine,
    device,
    precision,
    versions,
    git: gitState(folder),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    host: hostname(),
    started: now.toISOString(),
  };
}

/** @throws FileError where the file cannot be written. */
export function writeRunRecord(path: string, record: RunRecord): void {
  writeFileAtomically(path, `${JSON.stringify(record, null, 2)}\n`);
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
