import type { Contestant } from './contestant.js';
import { median, spread, type Spread } from './statistics.js';
import type { Part, Workload } from './workloads/workload.js';
import type { Yardstick } from './yardsticks.js';

/** Long enough that a clock tick, a scheduler's slice and reading the result do not show. */
const SAMPLE_SECONDS = 0.1;
const MOST_REPETITIONS = 1000;
/** To estimate how long one takes. */
const FEW_REPETITIONS = 50;
/** Unmeasured samples of what is short: in the first thousands of calls the just-in-time compiler takes a core at times. */
const WARM_UP_SAMPLES = 3;
/** Who takes longer than this and many times as long as the first is measured in fewer rounds: it is not waited for. */
const SLOW_SECONDS = 0.3;
const SLOW_TIMES_THE_FIRST = 5;
const SLOW_ROUNDS = 3;
const LONG_SECONDS = 3;

export interface Timing {
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
  /** Of the whole process, with all its parts. */
  readonly peakBytes: number;
}

export interface Measurement extends Timing {
  /** The rate as a share of the yardstick's of the same unit, the median over rounds of the share within the round. */
  readonly shareOfPeak?: number;
  /** How many times as long as the first engine, the median over rounds of the ratio within the round. */
  readonly timesTheFirst: number;
}

export interface Measurements {
  readonly measurements: readonly Measurement[];
  /** The machine's peaks, one for each unit of the workload's rates. */
  readonly yardsticks: readonly Timing[];
}

/** One part on one contestant. */
interface Lane {
  readonly part: Part;
  readonly contestant: Contestant;
  /** Of one repetition before the rounds. */
  readonly warmSeconds: number;
  /** In one sample. */
  readonly repetitions: number;
  readonly rounds: number;
  /** Seconds of one repetition, by round. */
  readonly times: Map<number, number>;
}

/**
 * Times every part on every contestant in rounds, each round in the reverse order of the one before (A B, B A, …), so
 * that a machine that slows down or speeds up does so for all alike, the yardsticks too.
 */
export async function measure(
  workload: Workload,
  contestants: readonly Contestant[],
  rounds: number,
  yardsticks: readonly Yardstick[] = [],
): Promise<Measurements> {
  const yardLanes: Lane[] = [];
  for (const { contestant, part } of yardsticks) yardLanes.push(await laneFor(contestant, part, rounds));
  const lanes: Lane[] = [];
  for (const part of workload.parts) {
    let first: Lane | undefined;
    for (const contestant of contestants.filter(({ ready }) => part.name in ready.checks)) {
      const lane = await laneFor(contestant, part, rounds, first);
      first ??= lane;
      lanes.push(lane);
    }
  }
  const all = [...yardLanes, ...lanes];
  for (let round = 0; round < rounds; round++) {
    for (const lane of round % 2 === 0 ? all : [...all].reverse()) {
      if (round >= lane.rounds) continue;
      const { contestant, part, repetitions, times } = lane;
      const { seconds } = await contestant.run({ part: part.name, repetitions });
      times.set(round, seconds / repetitions);
    }
  }
  return {
    measurements: lanes.map((lane) => {
      const first = lanes.find(({ part }) => part === lane.part) ?? lane;
      const yardstick = yardLanes.find(({ part }) => part.work?.unit === lane.part.work?.unit);
      return {
        ...timing(lane),
        ...(yardstick && { shareOfPeak: median(ratios(rates(lane), rates(yardstick))) }),
        timesTheFirst: median(ratios(lane.times, first.times)),
      };
    }),
    yardsticks: yardLanes.map(timing),
  };
}

function timing({ part, contestant, repetitions, times }: Lane): Timing {
  const seconds = spread([...times.values()]);
  return {
    part: part.name,
    engine: contestant.name,
    title: contestant.ready.title,
    threads: contestant.ready.threads,
    samples: times.size,
    repetitionsPerSample: repetitions,
    seconds,
    ...(part.work && { rate: part.work.amount / seconds.median, unit: `${part.work.unit}/s` as const }),
    peakBytes: contestant.peakBytes,
  };
}

/** Work per second, by round. */
function rates({ part, times }: Lane): Map<number, number> {
  return new Map([...times].map(([round, seconds]) => [round, (part.work?.amount ?? NaN) / seconds]));
}

/** What `a` is of `b` in each round that both were in. */
function ratios(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number[] {
  return [...a].map(([round, value]) => value / (b.get(round) ?? NaN)).filter((ratio) => !Number.isNaN(ratio));
}

/** Warms up, and finds how many repetitions make a sample, and in how many rounds. */
async function laneFor(contestant: Contestant, part: Part, rounds: number, first?: Lane): Promise<Lane> {
  const mean = async (repetitions: number) =>
    (await contestant.run({ part: part.name, repetitions })).seconds / repetitions;
  const filling = (seconds: number, most: number) => Math.min(most, Math.max(1, Math.ceil(SAMPLE_SECONDS / seconds)));
  const cold = await mean(1);
  // What takes long is warm after its check and one repetition.
  const seconds = cold > LONG_SECONDS ? cold : await mean(filling(cold, FEW_REPETITIONS));
  const repetitions = filling(seconds, MOST_REPETITIONS);
  if (repetitions > 1) for (let i = 0; i < WARM_UP_SAMPLES; i++) await mean(repetitions);
  const slow = seconds > SLOW_SECONDS && seconds > SLOW_TIMES_THE_FIRST * (first?.warmSeconds ?? seconds);
  return {
    part,
    contestant,
    warmSeconds: seconds,
    repetitions,
    rounds: slow ? Math.min(SLOW_ROUNDS, rounds) : rounds,
    times: new Map(),
  };
}

/** Says which contestants compute something else than the first one. */
export function disagreements(workload: Workload, contestants: readonly Contestant[]): string[] {
  const [first, ...others] = contestants;
  return workload.parts.flatMap(({ name }) => {
    const wanted = first?.ready.checks[name] ?? NaN;
    return others
      .filter((other) => name in other.ready.checks)
      .map((other) => ({ other, found: other.ready.checks[name] ?? NaN }))
      .filter(({ other, found }) => !(Math.abs(found - wanted) <= other.tolerance * Math.abs(wanted)))
      .map(({ other, found }) => `${name}: ${other.name} gives ${found}, ${first?.name ?? ''} ${wanted}`);
  });
}
