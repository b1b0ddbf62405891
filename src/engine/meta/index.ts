import * as tf from '@tensorflow/tfjs-core';
import { convolutionKernels } from './kernels/convolution.js';
import { elementwiseKernels } from './kernels/elementwise.js';
import { fusedKernels } from './kernels/fused.js';
import type { MetaKernelTable } from './kernels/kernel.js';
import { layoutKernels } from './kernels/layout.js';
import { productKernels } from './kernels/products.js';
import { reduceKernels } from './kernels/reduce.js';
import { MetaBackend } from './meta-backend.js';

export type { MetaBackend };

const kernels: MetaKernelTable = {
  ...convolutionKernels,
  ...elementwiseKernels,
  ...fusedKernels,
  ...layoutKernels,
  ...productKernels,
  ...reduceKernels,
};

/**
 * Makes the backend of shapes without numbers tfjs's current one, gradients included. It is no engine that a user can
 * choose: nothing can be read from it.
 */
export async function startMeta(): Promise<MetaBackend> {
  // The union package registers the gradients on this same tfjs-core.
  await import('@tensorflow/tfjs');
  if (!tf.engine().backendNames().includes('meta')) {
    tf.registerBackend('meta', () => new MetaBackend(), 0);
    for (const [kernelName, run] of Object.entries(kernels)) {
      const kernelFunc: tf.KernelFunc = ({ inputs, attrs, backend }) => run(inputs, attrs, metaBackend(backend));
      tf.registerKernel({ kernelName, backendName: 'meta', kernelFunc });
    }
  }
  await tf.setBackend('meta');
  return metaBackend(tf.backend());
}

function metaBackend(backend: unknown): MetaBackend {
  if (backend instanceof MetaBackend) return backend;
  throw new TypeError('not called on the meta backend');
}
