import type { Contestant } from './contestant.js';
import { median, spread, type Spread } from './statistics.js';
import type { Part, Workload } from './workload.js';

/** Long enough that a clock tick, a scheduler's slice and reading the result do not show. */
const SAMPLE_SECONDS = 0.1;
const MOST_REPETITIONS = 100;
/** One repetition that takes longer than this is measured in fewer rounds: it is not what is waited for. */
const SLOW_SECONDS = 0.3;
const SLOW_ROUNDS = 3;

export interface Measurement {
  readonly part: string;
  readonly engine: string;
  readonly title: string;
  readonly threads: number;
  readonly samples: number;
  readonly repetitionsPerSample: number;
  /** Of one repetition. */
  readonly seconds: Spread;
  /** Work per second at the median: FLOP/s or B/s. */
  readonly rate?: number;
  readonly unit?: 'FLOP/s' | 'B/s';
  /** How many times as long as the first engine, the median over rounds of the ratio within the round. */
  readonly timesTheFirst: number;
  readonly peakBytes: number;
}

/** One part on one contestant. */
interface Lane {
  readonly part: Part;
  readonly contestant: Contestant;
  readonly repetitions: Repetitions;
  /** Seconds of one repetition, by round. */
  readonly times: Map<number, number>;
}

interface Repetitions {
  readonly count: number;
  readonly slow: boolean;
}

/**
 * Times every part on every contestant in rounds, each round in the reverse order of the one before (A B, B A, …), so
 * that a machine that slows down or speeds up does so for all alike.
 */
export async function measure(
  workload: Workload,
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Measurement[]> {
  const lanes: Lane[] = [];
  for (const part of workload.parts) {
    for (const contestant of contestants.filter(({ ready }) => part.name in ready.checks)) {
      const repetitions = await repetitionsFor(contestant, part.name);
      lanes.push({ part, contestant, repetitions, times: new Map() });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const lane of round % 2 === 0 ? lanes : [...lanes].reverse()) {
      const { contestant, part, repetitions, times } = lane;
      if (repetitions.slow && round >= SLOW_ROUNDS) continue;
      const { seconds } = await contestant.run({ part: part.name, repetitions: repetitions.count });
      times.set(round, seconds / repetitions.count);
    }
  }
  return lanes.map(({ part, contestant, repetitions, times }) => {
    const first = lanes.find((lane) => lane.part === part)?.times ?? times;
    const seconds = spread([...times.values()]);
    return {
      part: part.name,
      engine: contestant.name,
      title: contestant.ready.title,
      threads: contestant.ready.threads,
      samples: times.size,
      repetitionsPerSample: repetitions.count,
      seconds,
      ...(part.work && { rate: part.work.amount / seconds.median, unit: `${part.work.unit}/s` as const }),
      timesTheFirst: median([...times].map(([round, time]) => time / (first.get(round) ?? NaN))),
      peakBytes: contestant.peakBytes,
    };
  });
}

/** Warms up, and finds how many repetitions make a sample. */
async function repetitionsFor(contestant: Contestant, part: string): Promise<Repetitions> {
  await contestant.run({ part, repetitions: 1 });
  const { seconds } = await contestant.run({ part, repetitions: 1 });
  const count = Math.min(MOST_REPETITIONS, Math.max(1, Math.ceil(SAMPLE_SECONDS / seconds)));
  return { count, slow: seconds > SLOW_SECONDS };
}

/** Relative tolerance of sums over a million float32 results that were added in different orders. */
const TOLERANCE = 1e-3;

/** Says which contestants compute something else than the first one. */
export function disagreements(workload: Workload, contestants: readonly Contestant[]): string[] {
  const [first, ...others] = contestants;
  return workload.parts.flatMap(({ name }) => {
    const wanted = first?.ready.checks[name] ?? NaN;
    return others
      .filter((other) => name in other.ready.checks)
      .map((other) => ({ other, found: other.ready.checks[name] ?? NaN }))
      .filter(({ found }) => !(Math.abs(found - wanted) <= TOLERANCE * Math.abs(wanted)))
      .map(({ other, found }) => `${name}: ${other.name} gives ${found}, ${first?.name ?? ''} ${wanted}`);
  });
}
