import * as tf from '@tensorflow/tfjs-core';
import { loadAddon } from '../../src/engine/addon/index.js';

/** The most bytes of distinct tensor data alive on the torch engine after any kernel of `run`, above those before it. */
export function peakBytes(run: () => unknown): number {
  const { bytes } = loadAddon().memory();
  let peak = bytes;
  const engine = tf.engine();
  const original = engine.runKernel.bind(engine);
  // The class's method again once the own property is gone.
  const instance = engine as { runKernel?: typeof engine.runKernel };
  instance.runKernel = ((...call) => {
    const result = original(...call);
    peak = Math.max(peak, loadAddon().memory().bytes);
    return result;
  }) as typeof engine.runKernel;
  try {
    run();
  } finally {
    delete instance.runKernel;
  }
  return peak - bytes;
}
