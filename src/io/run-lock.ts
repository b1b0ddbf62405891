import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import { fileProblem } from './file-problems.js';
import { lifeOf, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** How often a lock's file is touched, and after how long without that its process on another host counts as dead. */
const BEAT_MS = 20_000;
const DEAD_AFTER_MS = 5 * 60_000;
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** How long one of several that come at the same moment waits for the others to step back. */
const PATIENCE_MS = 2000;

/** The right to write into a run folder. */
export interface RunLock {
  /** Gives it back; at the end of the process that happens by itself. */
  release(): void;
}

/**
 * Takes a run folder for this process: no two train in one folder at a time.
 *
 * Every process announces itself by a file of its own, `lock.<host>.<namespace>.<pid>.<start>`, and only then looks for
 * others: of two that come together at least one sees the other. The later by name steps back, the earlier waits for
 * that. No name ever comes again, so what a killed process left behind is removed by whoever meets it without a chance
 * of removing a living one's. On this host a process's end is seen at once, in whatever way it ended; on another, which
 * shares the disk, by the age of its file, which a living process keeps young. Ages are differences between times of
 * that disk, whatever the clocks of the hosts say.
 *
 * @throws UserError where another process has it; FileError where the folder cannot be written
 */
export async function lockRunFolder(folder: string): Promise<RunLock> {
  const own = nameOf(ownIdentity());
  const release = announce(folder, own);
  try {
    const end = performance.now() + PATIENCE_MS;
    let [other] = othersIn(folder, own);
    while (other !== undefined) {
      if (other.name < own || performance.now() > end) throw lockedBy(folder, other);
      await sleep(50);
      [other] = othersIn(folder, own);
    }
  } catch (error) {
    release();
    throw error;
  }
  return { release };
}

/** @returns what takes the file away again, once, and at the end of the process at the latest */
function announce(folder: string, name: string): () => void {
  const path = join(folder, name);
  try {
    closeSync(openSync(path, 'wx'));
  } catch (cause) {
    throw fileProblem(path, 'lock the run folder', cause);
  }
  const content = `${JSON.stringify({ since: new Date().toISOString() })}\n`;
  const beat = (): void => {
    try {
      // Written, not touched: its time is then the disk's. A file that someone removed stays away.
      const file = openSync(path, 'r+');
      try {
        writeSync(file, content, 0);
      } finally {
        closeSync(file);
      }
    } catch {
      // The name alone locks; a disk that is full, or away for a while, has consequences of its own.
    }
  };
  beat();
  const heart = setInterval(beat, BEAT_MS);
  heart.unref();
  const release = (): void => {
    clearInterval(heart);
    process.off('exit', release);
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
    try {
      rmSync(path, { force: true });
    } catch {
      // Left behind, it is that of a process that ended.
    }
  };
  /** Of a process that does not listen itself, as before the training begins, the signal is the end, without an `exit`. */
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 0) return;
    release();
    process.kill(process.pid, signal);
  };
  process.once('exit', release);
  for (const signal of ENDING_SIGNALS) process.once(signal, onSignal);
  return release;
}

interface OtherLock {
  readonly name: string;
  readonly owner: ProcessIdentity;
  /** Since the last sign of life. */
  readonly ageMs: number;
}

/** The locks of living processes, in the order of their names; those of dead ones are removed. */
function othersIn(folder: string, own: string): OtherLock[] {
  const now = statSync(join(folder, own), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const owner = ownerOf(name);
      const file = statSync(join(folder, name), { throwIfNoEntry: false });
      if (!owner || name === own || !file) return [];
      const lock = { name, owner, ageMs: Math.max(0, now - file.mtimeMs) };
      const life = lifeOf(owner);
      if (life === 'runs' || (life === 'unknown' && lock.ageMs < DEAD_AFTER_MS)) return [lock];
      rmSync(join(folder, name), { force: true });
      return [];
    });
}

function nameOf({ host, namespace, pid, started }: ProcessIdentity): string {
  return `lock.${encodeURIComponent(host)}.${namespace}.${pid}.${started}`;
}

function ownerOf(name: string): ProcessIdentity | undefined {
  const [, host, namespace, pid, started] = /^lock\.(.+)\.(\d+)\.(\d+)\.(\d+)$/.exec(name) ?? [];
  if (host === undefined) return undefined;
  return { host: decodeURIComponent(host), namespace: Number(namespace), pid: Number(pid), started: Number(started) };
}

function lockedBy(folder: string, { name, owner, ageMs }: OtherLock): UserError {
  const isSeen = lifeOf(owner) === 'runs';
  const sign = isSeen ? '' : `, last sign of life ${Math.round(ageMs / 1000)} s ago`;
  return new UserError({
    where: folder,
    problem: 'another process is writing into this run folder',
    found: `process ${owner.pid} on ${owner.host}${since(join(folder, name))}${sign}`,
    remedy: isSeen
      ? `wait until it ends, or stop it, which saves: kill ${owner.pid}`
      : `wait until it ends; if it was killed, go on ${DEAD_AFTER_MS / 60_000} minutes after, or now: rm ${join(folder, name)}`,
  });
}

function since(path: string): string {
  try {
    const { since: time } = JSON.parse(readFileSync(path, 'utf8')) as { since?: unknown };
    return typeof time === 'string' ? `, since ${time}` : '';
  } catch {
    return '';
  }
}
