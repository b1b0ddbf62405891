import type { KernelTable } from '../kernel.js';
import { attentionKernels } from './attention.js';
import { activationKernels } from './activation.js';
import { fusedConvKernels } from './conv.js';
import { lossKernels } from './loss.js';
import { normKernels } from './norm.js';
import { optimKernels } from './optim.js';
import { pixelKernels } from './pixels.js';
import { randomKernels } from './random.js';

/** The native forms of our own kernels, src/ops/kernels. */
export const fusedKernels: KernelTable = {
  ...activationKernels,
  ...attentionKernels,
  ...fusedConvKernels,
  ...lossKernels,
  ...normKernels,
  ...optimKernels,
  ...pixelKernels,
  ...randomKernels,
};
