import { activate } from './start.js';
import { loadTensorflow } from './tensorflow.js';
import type { Starter } from './types.js';

/** TensorFlow, by the bindings the user installed; it chooses its number of threads itself. */
export const startTensorflow: Starter = async (threads) => {
  const version = await loadTensorflow();
  await activate('tensorflow');
  return { name: 'tensorflow', backend: 'tensorflow', device: 'cpu', threads, version };
};
