import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from './file-problems.js';

/** A process, told from every other: also from a later one of the same number, and one of another container. */
export interface ProcessIdentity {
  readonly host: string;
  /** In which its number counts: of two containers on one host, neither sees the other's. 0 where a system has none. */
  readonly namespace: number;
  readonly pid: number;
  /** In the system's clock ticks since it came up; 0 where it does not tell. */
  readonly started: number;
}

export function ownIdentity(): ProcessIdentity {
  return { host: hostname(), namespace: ownNamespace(), pid: process.pid, started: statOf(process.pid)?.started ?? 0 };
}

/** Whether the process runs; `unknown` where it cannot be seen from here, or not be told from a later one. */
export function lifeOf({ host, namespace, pid, started }: ProcessIdentity): 'runs' | 'ended' | 'unknown' {
  if (host !== hostname() || namespace !== ownNamespace()) return 'unknown';
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's may not be signalled, and is there.
    if (errnoOf(error) === 'ESRCH') return 'ended';
  }
  const now = statOf(pid);
  if (!now || started === 0) return 'unknown';
  return now.started === started && !now.isZombie ? 'runs' : 'ended';
}

function ownNamespace(): number {
  try {
    return Number(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** @see proc_pid_stat(5): the fields 3, state, and 22, starttime, counted behind the name, which may hold anything */
function statOf(pid: number): { started: number; isZombie: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // One that was killed stays in the table until its parent asks for how it ended.
    return { started: Number(fields[19]), isZombie: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}
