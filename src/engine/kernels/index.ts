import { binaryKernels } from './binary.js';
import { convKernels } from './conv.js';
import { createKernels } from './create.js';
import { fusedKernels } from './fused/index.js';
import { indexingKernels } from './indexing.js';
import type { KernelTable } from './kernel.js';
import { layoutKernels } from './layout.js';
import { matmulKernels } from './matmul.js';
import { poolKernels } from './pool.js';
import { reduceKernels } from './reduce.js';
import { resizeKernels } from './resize.js';
import { unaryKernels } from './unary.js';

/** Every kernel with a native form. */
export const nativeKernels: KernelTable = {
  ...binaryKernels,
  ...convKernels,
  ...createKernels,
  ...fusedKernels,
  ...indexingKernels,
  ...layoutKernels,
  ...matmulKernels,
  ...poolKernels,
  ...reduceKernels,
  ...resizeKernels,
  ...unaryKernels,
};
