import * as tf from '@tensorflow/tfjs-core';
import { isFloat, kernel, type AB, type KernelTable } from './kernel.js';

/** `[..., m, k]` times `[..., k, n]`: the product's shape. */
function productShape(a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): number[] {
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [rowsA = 0, columnsA = 0] = a.shape.slice(-2);
  const [rowsB = 0, columnsB = 0] = b.shape.slice(-2);
  const [outerA, innerA] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, outerB] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  tf.util.assert(
    innerA === innerB,
    () =>
      `Error in matMul: inner shapes (${innerA}) and (${innerB}) of Tensors with shapes ${a.shape.join()} and ` +
      `${b.shape.join()} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  return [...batch, outerA, outerB];
}

interface FusedInputs extends AB {
  readonly bias?: tf.TensorInfo | null;
  readonly preluActivationWeights?: tf.TensorInfo | null;
}

type FusedAttrs = Omit<tf._FusedMatMulAttrs, 'activation'> & { readonly activation?: string };

/** Matrix products over the last two axes. */
export const matmulKernels: KernelTable = {
  [tf.BatchMatMul]: kernel<AB, tf.BatchMatMulAttrs>(({ a, b }, { transposeA, transposeB }, torch) => {
    if (!isFloat(a, b)) return undefined;
    const shape = productShape(a, b, transposeA, transposeB);
    return torch.tensor(torch.addon.matmul(torch.id(a), torch.id(b), transposeA, transposeB), shape, 'float32');
  }),
  [tf._FusedMatMul]: kernel<FusedInputs, FusedAttrs>(
    ({ a, b, bias, preluActivationWeights }, { transposeA, transposeB, activation, leakyreluAlpha }, torch) => {
      if (!isFloat(a, b)) return undefined;
      const shape = productShape(a, b, transposeA, transposeB);
      const id = torch.addon.fusedMatmul(
        torch.id(a),
        torch.id(b),
        transposeA,
        transposeB,
        bias ? torch.id(bias) : undefined,
        activation ?? 'linear',
        preluActivationWeights ? torch.id(preluActivationWeights) : undefined,
        leakyreluAlpha ?? 0.2,
      );
      return torch.tensor(id, shape, 'float32');
    },
  ),
};
