import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, toInt32, type HostTensor } from '../io/host-tensor.js';
import { nchwToNhwc, nhwcToNchw } from './layout.js';

/**
 * Tensors that go into a network and come out of it, as files hold them in PyTorch's layout and as they are held here:
 * images `[N, C, H, W]` there, `[N, H, W, C]` here. Weights have layouts of their own, see layout.ts.
 */

/**
 * A file's tensor on the engine: floats as float32, integers as int32.
 * @throws RangeError on an integer that int32 cannot hold
 */
export function fromPublished(tensor: HostTensor): tf.Tensor {
  return tf.tidy(() => {
    const held = onEngine(tensor, [...tensor.shape]);
    return held.rank === 4 ? nchwToNhwc(held) : held;
  });
}

function onEngine(tensor: HostTensor, shape: number[]): tf.Tensor {
  if (tensor.dtype === 'BOOL') return tf.tensor(tensor.data, shape, 'bool');
  return /^(F|BF)/.test(tensor.dtype)
    ? tf.tensor(toFloat32(tensor), shape, 'float32')
    : tf.tensor(toInt32(tensor), shape, 'int32');
}

/** A copy of the values in PyTorch's layout. */
export function publish(tensor: tf.Tensor): HostTensor {
  return tf.tidy(() => {
    const turned: tf.Tensor = tensor.rank === 4 ? nhwcToNchw(tensor) : tensor;
    const { dtype, shape } = turned;
    if (dtype === 'int32') return { dtype: 'I32', shape, data: turned.dataSync<'int32'>() };
    if (dtype === 'bool') return { dtype: 'BOOL', shape, data: Uint8Array.from(turned.dataSync<'bool'>()) };
    return { dtype: 'F32', shape, data: turned.dataSync<'float32'>() };
  });
}

/** The shape that a tensor held here has in PyTorch's layout. */
export function publishedShape(shape: readonly number[]): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  return shape.length === 4 ? [batch, channels, height, width] : [...shape];
}
