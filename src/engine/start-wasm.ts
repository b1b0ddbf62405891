import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { requireCpu } from './device.js';
import { requireFloat32 } from './precision.js';
import { activate } from './start.js';
import type { Starter } from './types.js';
import { replaceFusedMatMul } from './wasm-fused-matmul.js';
import { registerWasmKernels } from './wasm-kernels.js';
import { replaceMaxPools } from './wasm-max-pool.js';

const processEvents: NodeJS.EventEmitter = process;
const crashEvents = ['uncaughtException', 'unhandledRejection'] as const;
let located = false;

/** tfjs's WebAssembly backend: one thread in Node.js, everywhere available. */
export const startWasm: Starter = async ({ device, precision }) => {
  requireCpu('wasm', device);
  requireFloat32('wasm', precision);
  if (!located) {
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    located = true;
    replaceFusedMatMul();
    replaceMaxPools();
  }
  registerWasmKernels();
  const before = new Map(crashEvents.map((event) => [event, new Set(processEvents.listeners(event))]));
  // Its tensors hold real numbers only.
  await activate('wasm', false);
  // The WebAssembly module rethrows every uncaught error from inside itself, which prints all of its source.
  for (const event of crashEvents) {
    for (const listener of processEvents.listeners(event)) {
      if (!before.get(event)?.has(listener)) processEvents.removeListener(event, listener as () => void);
    }
  }
  return { name: 'wasm', backend: 'wasm', device: 'cpu', threads: 1, precision, version: version_wasm };
};
