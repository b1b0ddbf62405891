import { binaryKernels } from './binary.js';
import { blocksKernels } from './blocks.js';
import { channelNormKernels } from './channel-norm.js';
import { complexKernels } from './complex.js';
import { convKernels } from './conv.js';
import { conv3dKernels } from './conv3d.js';
import { createKernels } from './create.js';
import { fusedKernels } from './fused/index.js';
import { indexingKernels } from './indexing.js';
import type { KernelTable } from './kernel.js';
import { layoutKernels } from './layout.js';
import { matmulKernels } from './matmul.js';
import { poolKernels } from './pool.js';
import { poolWindowKernels } from './pool-window.js';
import { reduceKernels } from './reduce.js';
import { resizeKernels } from './resize.js';
import { resizeBilinearKernels } from './resize-bilinear.js';
import { scatterKernels } from './scatter.js';
import { sequenceKernels } from './sequence.js';
import { sortKernels } from './sort.js';
import { unaryKernels } from './unary.js';

/** Every kernel with a native form. */
export const nativeKernels: KernelTable = {
  ...binaryKernels,
  ...blocksKernels,
  ...channelNormKernels,
  ...complexKernels,
  ...conv3dKernels,
  ...convKernels,
  ...createKernels,
  ...fusedKernels,
  ...indexingKernels,
  ...layoutKernels,
  ...matmulKernels,
  ...poolKernels,
  ...poolWindowKernels,
  ...reduceKernels,
  ...resizeBilinearKernels,
  ...resizeKernels,
  ...scatterKernels,
  ...sequenceKernels,
  ...sortKernels,
  ...unaryKernels,
};
