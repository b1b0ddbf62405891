import { memoryBandwidth, ownEngine, pytorch } from './commands.js';
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

/**
 * Starts one yardstick for each unit of the workload's rates, and PyTorch's convolution where a published time is to be
 * scaled, each in a process of its own.
 */
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
  const units = new Set(workload.parts.flatMap(({ work }) => (work ? [work.unit] : [])));
  for (const unit of units) yardsticks.push(await start[unit]());
  const calibration = workload.published && pytorch(conv3x3, threads);
  if (calibration) yardsticks.push({ part: convolving, contestant: await Contestant.start(calibration) });
  return yardsticks;
}
