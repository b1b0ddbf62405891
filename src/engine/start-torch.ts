import * as tf from '@tensorflow/tfjs-core';
import { loadAddon } from './addon/index.js';
import { torchDevice } from './device.js';
import { torchPrecisionNote } from './precision.js';
import { activate } from './start.js';
import { TorchBackend } from './torch-backend.js';
import { registerNativeKernels } from './torch-kernels.js';
import type { Starter } from './types.js';

/** LibTorch, by our own addon. */
export const startTorch: Starter = async ({ threads, device: wanted, tf32, precision }) => {
  const addon = loadAddon();
  const version = addon.version();
  const device = torchDevice(wanted, version, addon.cuda());
  const note = torchPrecisionNote(precision, device, addon.bfloat16());
  addon.setThreads(threads);
  addon.setDevice(device);
  addon.setTf32(tf32 && device !== 'cpu');
  addon.setPrecision(precision);
  if (!tf.engine().backendNames().includes('torch')) tf.registerBackend('torch', () => new TorchBackend(addon), 4);
  registerNativeKernels('torch', addon, device);
  await activate('torch');
  return {
    name: 'torch',
    backend: 'torch',
    device,
    threads: addon.threads(),
    precision,
    version,
    ...(device !== 'cpu' && { tf32 }),
    ...(note !== undefined && { note }),
  };
};
