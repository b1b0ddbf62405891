import { nearestNames, UserError } from '../../../errors.js';
import { adamw } from './adamw.js';
import { attention } from './attention.js';
import { autoencoderKlGanTrain } from './autoencoder-train.js';
import { conv3x3 } from './conv3x3.js';
import { ddim50 } from './ddim.js';
import { groupnormSilu } from './groupnorm-silu.js';
import { imageFolderBench } from './image-folder.js';
import { matmul } from './matmul.js';
import { celebahqUnetTrain, unetTrain } from './unet-train.js';
import type { Workload } from './workload.js';

export type { Part, PreparedWorkload, Published, Work, Workload, WorkUnit } from './workload.js';

export const workloads: readonly Workload[] = [
  conv3x3,
  matmul,
  groupnormSilu,
  attention,
  adamw,
  unetTrain,
  ddim50,
  autoencoderKlGanTrain,
  imageFolderBench,
  celebahqUnetTrain,
];

export function workloadNamed(name: string): Workload {
  const workload = workloads.find((candidate) => candidate.name === name);
  if (workload !== undefined) return workload;
  const names = workloads.map((candidate) => candidate.name);
  throw new UserError({
    problem: 'no such workload',
    found: name,
    expected: `one of ${names.join(', ')}`,
    nearest: nearestNames(name, names),
  });
}
