import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import { requireCpu } from './device.js';
import { requireFloat32 } from './precision.js';
import { activate } from './start.js';
import type { Starter } from './types.js';

/** tfjs's own backend in plain JavaScript: slow, complete, and what the others are tested against. */
export const startCpu: Starter = async ({ device, precision }) => {
  requireCpu('cpu', device);
  requireFloat32('cpu', precision);
  await activate('cpu');
  return { name: 'cpu', backend: 'cpu', device: 'cpu', threads: 1, precision, version: version_cpu };
};
