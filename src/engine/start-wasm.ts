import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths, version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { activate } from './start.js';
import type { Starter } from './types.js';

let located = false;

/** tfjs's WebAssembly backend: one thread in Node.js, everywhere available. */
export const startWasm: Starter = async () => {
  if (!located) {
    setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    located = true;
  }
  // Its tensors hold real numbers only.
  await activate('wasm', false);
  return { name: 'wasm', backend: 'wasm', device: 'cpu', threads: 1, version: version_wasm };
};
