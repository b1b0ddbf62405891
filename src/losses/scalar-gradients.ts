import * as tf from '@tensorflow/tfjs-core';
import { vjp } from '../autodiff/index.js';
import type { NamedScalars } from './loss-steps.js';

/**
 * Scalars by name, and the gradients of some of them with respect to `xs`: `f` runs once, the way back once for each of
 * `roots`. The caller owns all of it.
 */
export function scalarGradients<V extends NamedScalars, R extends keyof V & string>(
  f: () => V,
  xs: readonly tf.Tensor[],
  roots: readonly R[],
): { readonly values: V; readonly gradients: Readonly<Record<R, tf.Tensor[]>> } {
  return tf.tidy(() => {
    let names: string[] = [];
    const traced = vjp(() => {
      const scalars = f();
      names = Object.keys(scalars);
      return Object.values(scalars);
    }, xs);
    try {
      const values = Object.fromEntries(names.map((name, i) => [name, traced.values[i]]));
      const gradients = roots.map((root) => {
        const dys = names.map((name) => tf.scalar(name === root ? 1 : 0));
        return [root, traced.pullback(dys)] as const;
      });
      return { values: values as V, gradients: Object.fromEntries(gradients) as Record<R, tf.Tensor[]> };
    } finally {
      traced.dispose();
    }
  });
}
