import { availableParallelism } from 'node:os';
import { UserError } from '../errors.js';
import { describe } from './bench/describe.js';
import { runWorkload } from './bench/run-workload.js';
import { workloadNamed, workloads } from './bench/workloads/index.js';

export interface BenchOptions {
  readonly json?: boolean;
  /** Default: all logical cores. */
  readonly threads?: number;
  /** Default: each workload's own number. */
  readonly rounds?: number;
}

const ROUNDS = 9;

/**
 * `ldm bench [NAME]`: times one standard workload, or all but those that are run only by name, on every engine that is
 * there and in PyTorch.
 */
export async function bench(name: string | undefined, options: BenchOptions = {}): Promise<number> {
  const { json = false, threads = availableParallelism() } = options;
  requireCount('--threads', threads);
  if (options.rounds !== undefined) requireCount('--rounds', options.rounds);
  const chosen = name === undefined ? workloads.filter(({ onlyByName = false }) => !onlyByName) : [workloadNamed(name)];
  const reports = [];
  for (const [i, workload] of chosen.entries()) {
    const rounds = options.rounds ?? workload.rounds ?? ROUNDS;
    const report = await runWorkload(workload, threads, rounds);
    if (!json) console.log((i > 0 ? '\n' : '') + describe(workload, report, rounds));
    reports.push({ workload: workload.name, summary: workload.summary, rounds, ...report });
  }
  if (json) console.log(JSON.stringify(reports, null, 2));
  return reports.every(({ disagree }) => disagree.length === 0) ? 0 : 1;
}

function requireCount(flag: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new UserError({ where: flag, problem: 'not a positive whole number', found: String(value) });
}
