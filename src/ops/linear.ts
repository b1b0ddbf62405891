import * as tf from '@tensorflow/tfjs-core';
import { runNative } from './native.js';

type Attrs = { readonly transposeA: boolean; readonly transposeB: boolean; readonly activation: string };

const attrs: Attrs = { transposeA: false, transposeB: true, activation: 'linear' };

// tf.fused.matMul has a gradient of its own, which saves the output as well and takes all three gradients whichever are
// asked for; tfjs registers none for the kernel.
tf.registerGradient({
  kernelName: tf._FusedMatMul,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved, given) => {
    const [a, b] = saved as [tf.Tensor3D, tf.Tensor3D];
    const { transposeA, transposeB, activation } = given as unknown as Attrs;
    if (transposeA || !transposeB || activation !== 'linear') {
      throw new Error('_FusedMatMul has a gradient only as linear() runs it');
    }
    return {
      a: () => tf.matMul(dy as tf.Tensor3D, b),
      b: () => tf.matMul(dy as tf.Tensor3D, a, true, false),
      bias: () => tf.sum(dy as tf.Tensor3D, [0, 1]),
    };
  },
});

/**
 * The affine map `x weight^T + bias` of the last axis, or the linear one without a bias; its gradient keeps `x` and
 * `weight`, each only where the other's gradient is taken.
 *
 * @param x `[..., in]`
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[..., out]`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outFeatures = 0, inFeatures = 0] = weight.shape;
  const leading = x.shape.slice(0, -1);
  return tf.tidy(() => {
    // Not every engine's kernel takes matrices that are not in a batch.
    const a = tf.reshape(x, [1, tf.util.sizeFromShape(leading), inFeatures]);
    const b = tf.reshape(weight, [1, outFeatures, inFeatures]);
    const y = bias
      ? (runNative(tf._FusedMatMul, { a, b, bias }, attrs)[0] as tf.Tensor)
      : tf.matMul(a, b, attrs.transposeA, attrs.transposeB);
    return tf.reshape(y, [...leading, outFeatures]);
  });
}
