import { UserError } from '../errors.js';
import { requireFloat32 } from './precision.js';
import { activate } from './start.js';
import { findTensorflow, loadTensorflow, tensorflowRemedy } from './tensorflow.js';
import type { Starter } from './types.js';

/** TensorFlow, by the bindings the user installed; it chooses its number of threads, and among its GPUs, itself. */
export const startTensorflow: Starter = async ({ threads, device, precision }) => {
  requireFloat32('tensorflow', precision);
  const found = findTensorflow();
  const hasCuda = found?.name === '@tensorflow/tfjs-node-gpu';
  if (found && device !== 'auto' && (device === 'cpu') === hasCuda) {
    throw new UserError({
      where: `--device ${device}`,
      problem: `${found.name} computes on the ${hasCuda ? 'GPU' : 'CPU only'}`,
      remedy: hasCuda ? 'npm uninstall @tensorflow/tfjs-node-gpu, and then\n' + tensorflowRemedy : tensorflowRemedy,
    });
  }
  const version = await loadTensorflow();
  await activate('tensorflow');
  return { name: 'tensorflow', backend: 'tensorflow', device: hasCuda ? 'cuda' : 'cpu', threads, precision, version };
};
