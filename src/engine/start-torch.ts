import * as tf from '@tensorflow/tfjs-core';
import { loadAddon } from './addon/index.js';
import { torchDevice } from './device.js';
import { activate } from './start.js';
import { TorchBackend } from './torch-backend.js';
import { registerNativeKernels } from './torch-kernels.js';
import type { Starter } from './types.js';

/** LibTorch, by our own addon. */
export const startTorch: Starter = async ({ threads, device: wanted, tf32 }) => {
  const addon = loadAddon();
  const version = addon.version();
  const device = torchDevice(wanted, version, addon.cuda());
  addon.setThreads(threads);
  addon.setDevice(device);
  addon.setTf32(tf32 && device !== 'cpu');
  if (!tf.engine().backendNames().includes('torch')) tf.registerBackend('torch', () => new TorchBackend(addon), 4);
  registerNativeKernels('torch', addon, device);
  await activate('torch');
  const info = { name: 'torch', backend: 'torch', device, threads: addon.threads(), version } as const;
  return device === 'cpu' ? info : { ...info, tf32 };
};
