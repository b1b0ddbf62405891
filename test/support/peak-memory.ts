import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The most resident memory that a running process ever had, in bytes, by what Linux says of it; NaN where nothing is said,
 * of another system or of a process that has ended.
 */
export function peakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? ''}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return NaN;
  }
}

/** Asks until the process ends: what it had reached a moment before that. */
export async function watchPeakMemory(child: ChildProcess, everyMilliseconds = 200): Promise<number> {
  let peak = NaN;
  while (child.exitCode === null && child.signalCode === null) {
    const now = peakMemory(child.pid);
    if (!Number.isNaN(now)) peak = now;
    await sleep(everyMilliseconds);
  }
  return peak;
}
