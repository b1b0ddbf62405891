import type * as tf from '@tensorflow/tfjs-core';
import { ddim, type DdimOptions } from './ddim.js';
import { ddpm, type DdpmOptions } from './ddpm.js';
import { dpmSolverPlusPlus } from './dpm-solver-plus-plus.js';
import { euler } from './euler.js';
import { heun } from './heun.js';
import { plms } from './plms.js';
import type { SamplerName } from './sampleable.js';

/** What all samplers together take; each reads what it knows of. */
export type AnySamplerOptions = DdimOptions & DdpmOptions;

/** The samplers by name. */
export const samplers: Readonly<Record<SamplerName, (options: AnySamplerOptions) => Promise<tf.Tensor4D>>> = {
  ddim,
  ddpm,
  plms,
  'dpm-solver++': dpmSolverPlusPlus,
  euler,
  heun,
};
