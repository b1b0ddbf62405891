import * as tf from '@tensorflow/tfjs-core';
import type { PreparedWorkload } from './workloads/workload.js';

/**
 * Numbers in [-0.5, 0.5) that any language makes alike: scripts/bench/contestant.py does.
 * @param seed a small integer: other numbers for another tensor
 */
export function pattern(shape: readonly number[], seed = 0): tf.Tensor {
  const size = tf.util.sizeFromShape([...shape]);
  const factor = 7919 + 12 * seed;
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => ((i * factor) % 2003) / 2003 - 0.5),
    [...shape],
  );
}

/** In float64: not every engine adds a million float32 numbers well. */
export function sumOfMagnitudes(tensors: readonly tf.Tensor[]): number {
  let sum = 0;
  for (const tensor of tensors) for (const value of tensor.dataSync()) sum += Math.abs(value);
  return sum;
}

/** An engine may queue its work: one number read from the last result waits for it, and copies nothing large. */
export function waitFor(tensor: tf.Tensor): void {
  tf.tidy(() => tf.slice(tf.reshape(tensor, [-1]), 0, 1).dataSync());
}

/** A workload whose parts are operations: what each returns is its own, checked by its magnitudes. */
export function operations(parts: Readonly<Record<string, () => readonly tf.Tensor[]>>): PreparedWorkload {
  const partNamed = (name: string) => parts[name] ?? unknownPart(name);
  return {
    check: (name) => {
      const results = partNamed(name)();
      const check = sumOfMagnitudes(results);
      tf.dispose([...results]);
      return check;
    },
    run(name, repetitions) {
      const part = partNamed(name);
      for (let i = 0; i < repetitions; i++) {
        const results = part();
        if (i === repetitions - 1) results.forEach(waitFor);
        tf.dispose([...results]);
      }
    },
  };
}

export function unknownPart(name: string): never {
  throw new Error(`the workload has no part ${name}`);
}
