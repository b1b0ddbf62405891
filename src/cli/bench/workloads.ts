import { nearestNames, UserError } from '../../errors.js';
import { conv3x3 } from './conv3x3.js';
import type { Workload } from './workload.js';

export const workloads: readonly Workload[] = [conv3x3];

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
