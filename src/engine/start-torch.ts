import * as tf from '@tensorflow/tfjs-core';
import { loadAddon } from './addon/index.js';
import { activate } from './start.js';
import { TorchBackend } from './torch-backend.js';
import { registerNativeKernels } from './torch-kernels.js';
import type { Starter } from './types.js';

/** LibTorch, by our own addon. */
export const startTorch: Starter = async (threads) => {
  const addon = loadAddon();
  addon.setThreads(threads);
  if (!tf.engine().backendNames().includes('torch')) {
    tf.registerBackend('torch', () => new TorchBackend(addon), 4);
    registerNativeKernels('torch');
  }
  await activate('torch');
  return { name: 'torch', backend: 'torch', device: 'cpu', threads: addon.threads(), version: addon.version() };
};
