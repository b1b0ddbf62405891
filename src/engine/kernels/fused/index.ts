import type { KernelTable } from '../kernel.js';
import { attentionKernels } from './attention.js';
import { normKernels } from './norm.js';
import { optimKernels } from './optim.js';
import { randomKernels } from './random.js';

/** The native forms of our own kernels, src/ops/kernels. */
export const fusedKernels: KernelTable = { ...attentionKernels, ...normKernels, ...optimKernels, ...randomKernels };
