import { contestantsOf } from './commands.js';
import { Contestant } from './contestant.js';
import { disagreements, measure, type Measurements } from './measure.js';
import type { KernelTime } from './protocol.js';
import type { Workload } from './workloads/index.js';
import { startYardsticks } from './yardsticks.js';

export interface Report extends Measurements {
  readonly published?: ScaledPublished;
  readonly convolutions: readonly ConvolutionReport[];
  /** Contestants, and their parts, that are not there, and why. */
  readonly absent: readonly string[];
  /** Contestants that compute something else: their times mean nothing. */
  readonly disagree: readonly string[];
}

/** What the published PyTorch code took elsewhere, and would take where PyTorch runs `conv3x3` as it did in this run. */
export interface ScaledPublished {
  readonly seconds: readonly [low: number, high: number];
  readonly convolutionRate: number;
  readonly scaledSeconds: readonly [low: number, high: number];
}

/** One repetition of a part, apart from the rounds, with a clock around every convolution. */
export interface ConvolutionReport {
  readonly part: string;
  readonly engine: string;
  readonly seconds: number;
  readonly kernels: readonly KernelTime[];
}

/** Runs a workload on every contestant that is there. */
export async function runWorkload(workload: Workload, threads: number, rounds: number): Promise<Report> {
  const { commands, absent } = await contestantsOf(workload, threads);
  const contestants: Contestant[] = [];
  const others: Contestant[] = [];
  try {
    for (const command of commands) contestants.push(await Contestant.start(command));
    for (const { name, ready } of contestants) {
      absent.push(...Object.entries(ready.lacks).map(([part, why]) => `${name}, ${part}: ${why}`));
    }
    const engine = workload.engines.find((name) => contestants.some((contestant) => contestant.name === name));
    const yardsticks = engine === undefined ? [] : await startYardsticks(workload, engine, threads);
    others.push(...yardsticks.map(({ contestant }) => contestant));
    const measurements = await measure(workload, contestants, rounds, yardsticks);
    const published = scaledPublished(workload, measurements);
    return {
      ...measurements,
      ...(published && { published }),
      convolutions: await convolutionReports(workload, contestants),
      absent,
      disagree: disagreements(workload, contestants),
    };
  } finally {
    for (const contestant of [...contestants, ...others]) contestant.stop();
  }
}

export function scaledPublished(
  { published }: Workload,
  { yardsticks }: Pick<Measurements, 'yardsticks'>,
): ScaledPublished | undefined {
  const rate = yardsticks.find(({ engine }) => engine === 'pytorch')?.rate;
  if (!published || rate === undefined) return undefined;
  const [low, high] = published.seconds;
  const factor = published.convolutionRate / rate;
  return { ...published, scaledSeconds: [low * factor, high * factor] };
}

async function convolutionReports(
  { parts }: Workload,
  contestants: readonly Contestant[],
): Promise<ConvolutionReport[]> {
  const reports: ConvolutionReport[] = [];
  for (const { name: part } of parts.filter(({ tellsConvolutions }) => tellsConvolutions === true)) {
    for (const contestant of contestants.filter(({ ready }) => ready.tellsConvolutions === true)) {
      const { seconds, convolutions = [] } = await contestant.run({ part, repetitions: 1, tellConvolutions: true });
      reports.push({ part, engine: contestant.name, seconds, kernels: convolutions });
    }
  }
  return reports;
}
