import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeEngines } from '../engine/index.js';
import { UserError } from '../errors.js';
import { Contestant, type ContestantCommand } from './bench/contestant.js';
import { disagreements, measure, type Measurement } from './bench/measure.js';
import { pythonWithTorch } from './bench/python.js';
import { alignColumns } from './columns.js';
import type { Workload } from './bench/workload.js';
import { workloadNamed, workloads } from './bench/workloads.js';
import { packageRoot } from './package-root.js';

export interface BenchOptions {
  readonly json?: boolean;
  /** Default: all logical cores. */
  readonly threads?: number;
  readonly rounds?: number;
}

const ROUNDS = 9;

/** `ldm bench [NAME]`: times one standard workload, or all of them, on every engine that is there and in PyTorch. */
export async function bench(name: string | undefined, options: BenchOptions = {}): Promise<number> {
  const { json = false, threads = availableParallelism(), rounds = ROUNDS } = options;
  requireCount('--threads', threads);
  requireCount('--rounds', rounds);
  const chosen = name === undefined ? workloads : [workloadNamed(name)];
  const reports = [];
  for (const workload of chosen) {
    const report = await runWorkload(workload, threads, rounds);
    if (!json) console.log(describe(workload, report, rounds));
    reports.push({ workload: workload.name, rounds, ...report });
  }
  if (json) console.log(JSON.stringify(reports, null, 2));
  return reports.every(({ disagree }) => disagree.length === 0) ? 0 : 1;
}

interface Report {
  readonly measurements: readonly Measurement[];
  /** Contestants, and their parts, that are not there, and why. */
  readonly absent: readonly string[];
  /** Contestants that compute something else: their times mean nothing. */
  readonly disagree: readonly string[];
}

async function runWorkload(workload: Workload, threads: number, rounds: number): Promise<Report> {
  const { commands, absent } = await contestantsOf(workload, threads);
  const contestants: Contestant[] = [];
  try {
    for (const command of commands) contestants.push(await Contestant.start(command));
    for (const { name, ready } of contestants) {
      absent.push(...Object.entries(ready.lacks).map(([part, why]) => `${name}, ${part}: ${why}`));
    }
    const measurements = await measure(workload, contestants, rounds);
    return { measurements, absent, disagree: disagreements(workload, contestants) };
  } finally {
    contestants.forEach((contestant) => {
      contestant.stop();
    });
  }
}

async function contestantsOf(workload: Workload, threads: number) {
  const commands: ContestantCommand[] = [];
  const absent: string[] = [];
  const probes = await probeEngines();
  for (const engine of workload.engines) {
    const probe = probes.find((candidate) => candidate.name === engine);
    if (probe?.available === true) commands.push(ownEngine(workload, engine, threads));
    else absent.push(`${engine}: ${probe?.detail ?? 'not there'}`);
  }
  if (workload.pytorch !== undefined) {
    const python = pythonWithTorch();
    if (python === undefined)
      absent.push('pytorch: no Python with a torch package found (PYTHON=/path/to/python names one)');
    else {
      const script = join(packageRoot(), 'scripts', 'bench', workload.pytorch);
      commands.push({ name: 'pytorch', command: python, args: [script, String(threads)] });
    }
  }
  return { commands, absent };
}

/** Never with the options that Node was started with: they may hold the very program that asks (`node -e …`). */
function ownEngine(workload: Workload, engine: string, threads: number): ContestantCommand {
  const fromSources = import.meta.url.endsWith('.ts');
  const worker = fileURLToPath(new URL(`bench/worker.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  const loader = fromSources ? ['--import', 'tsx'] : [];
  return {
    name: engine,
    command: process.execPath,
    args: [...loader, worker, workload.name, engine, String(threads)],
  };
}

function describe(workload: Workload, { measurements, absent, disagree }: Report, rounds: number): string {
  const first = measurements[0]?.engine ?? '';
  const rows = measurements.map(({ part, engine, threads, seconds, rate, unit, timesTheFirst, peakBytes }) => [
    part,
    engine,
    String(threads),
    ...[seconds.median, seconds.min, seconds.max].map(milliseconds),
    rate === undefined ? '' : `${(rate / 1e9).toPrecision(3)} G${unit ?? ''}`,
    `${timesTheFirst.toFixed(2)}×`,
    `${Math.round(peakBytes / 2 ** 20)} MiB`,
  ]);
  const heading = ['part', 'engine', 'threads', 'median ms', 'min', 'max', 'rate', `time / ${first}`, 'peak memory'];
  const titles = new Map(measurements.map(({ engine, title }) => [engine, title]));
  return [
    `${workload.name}: ${workload.summary}`,
    `${[...titles].map(([engine, title]) => `${engine} is ${title}`).join('; ')}; ${rounds} rounds, interleaved`,
    '',
    alignColumns([heading, ...rows], 2),
    ...absent.map((reason) => `absent: ${reason}`),
    ...disagree.map((text) => `WRONG: ${text}`),
  ].join('\n');
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(seconds < 0.1 ? 2 : 0);
}

function requireCount(flag: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new UserError({ where: flag, problem: 'not a positive whole number', found: String(value) });
}
