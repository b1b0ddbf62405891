import { memoryBandwidth, ownEngine } from './commands.js';
import { Contestant } from './contestant.js';
import { conv3x3 } from './workloads/conv3x3.js';
import type { Part, Workload, WorkUnit } from './workloads/index.js';

/** What the machine itself can do, measured in the same rounds as the contestants: their rates are shares of it. */
export interface Yardstick {
  readonly part: Part;
  readonly contestant: Contestant;
}

/** Far more than the caches hold. */
const ARRAY_BYTES = 2 ** 28;

/** Two arrays are read and one of them is written. */
const moving: Part = { name: 'memory bandwidth', work: { amount: 3 * ARRAY_BYTES, unit: 'B' } };

/** The part of `conv3x3` that is the yardstick of arithmetic. */
const convolving: Part = conv3x3.parts[0] ?? { name: 'forward' };

/** Starts one yardstick for each unit of the workload's rates, each in a process of its own. */
export async function startYardsticks(workload: Workload, engine: string, threads: number): Promise<Yardstick[]> {
  const start: Record<WorkUnit, () => Promise<Yardstick>> = {
    FLOP: async () => ({
      part: convolving,
      contestant: await Contestant.start(ownEngine(conv3x3, engine, threads)),
    }),
    B: async () => ({
      part: moving,
      contestant: await Contestant.start(memoryBandwidth(threads, moving.name, ARRAY_BYTES)),
    }),
  };
  const yardsticks: Yardstick[] = [];
  for (const unit of unitsOf(workload)) yardsticks.push(await start[unit]());
  return yardsticks;
}

/** The units of a workload's rates, and of the rate that a published time is scaled by. */
function unitsOf({ parts, published }: Workload): WorkUnit[] {
  const units = parts.flatMap(({ work }) => (work ? [work.unit] : []));
  return [...new Set(published ? [...units, 'FLOP' as const] : units)];
}
