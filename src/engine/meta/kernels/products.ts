import * as tf from '@tensorflow/tfjs-core';
import { metaKernel, sizeOf, type MetaKernelTable } from './kernel.js';

type AB = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

const matMul = metaKernel<AB, tf.BatchMatMulAttrs>(({ a, b }, { transposeA, transposeB }, meta) => {
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const [rowsA = 0, columnsA = 0] = a.shape.slice(-2);
  const [rowsB = 0, columnsB = 0] = b.shape.slice(-2);
  const [outerA, innerA] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [innerB, outerB] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  tf.util.assert(
    innerA === innerB,
    () => `a matrix product of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]: ${innerA} is not ${innerB}`,
  );
  const shape = [...batch, outerA, outerB];
  meta.countMultiplyAdds(sizeOf(shape) * innerA);
  return meta.tensor(shape, 'float32');
});

/** Matrix products over the last two axes, and by index. */
export const productKernels: MetaKernelTable = {
  [tf.BatchMatMul]: matMul,
  [tf._FusedMatMul]: matMul,
  [tf.Einsum]: metaKernel<readonly tf.TensorInfo[], tf.EinsumAttrs>((tensors, { equation }, meta) => {
    const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, tensors.length);
    const sizes = allDims.map((_, dim) =>
      Math.max(...idDims.map((dims, i) => tensors[i]?.shape[dims.indexOf(dim)] ?? 1)),
    );
    meta.countMultiplyAdds(sizeOf(sizes));
    // tfjs numbers the axes of the result first, in its order.
    const shape = sizes.filter((_, dim) => !summedDims.includes(dim));
    return meta.tensor(shape, 'float32');
  }),
};
