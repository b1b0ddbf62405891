import * as tf from '@tensorflow/tfjs-core';
import { toFloat32, toInt32, type HostTensor } from '../io/host-tensor.js';
import { nchwToNhwc, nhwcToNchw } from './layout.js';

/**
 * Tensors that go into a network and come out of it, as files hold them in PyTorch's layout and as they are held here:
 * images `[N, C, H, W]` there, `[N, H, W, C]` here. Weights have layouts of their own, see layout.ts.
 */

interface Layout {
  /** Whether a tensor of rank 3 is a signal, `[N, C, L]` there and `[N, L, C]` here, not a sequence `[N, T, C]`. */
  readonly isSignal?: boolean;
}

/**
 * A file's tensor on the engine: floats as float32, integers as int32.
 * @throws RangeError on an integer that int32 cannot hold
 */
export function fromPublished(tensor: HostTensor, { isSignal = false }: Layout = {}): tf.Tensor {
  return tf.tidy(() => {
    const held = onEngine(tensor, [...tensor.shape]);
    if (held.rank === 4) return nchwToNhwc(held);
    return held.rank === 3 && isSignal ? tf.transpose(held, [0, 2, 1]) : held;
  });
}

function onEngine(tensor: HostTensor, shape: number[]): tf.Tensor {
  if (tensor.dtype === 'BOOL') return tf.tensor(tensor.data, shape, 'bool');
  return /^(F|BF)/.test(tensor.dtype)
    ? tf.tensor(toFloat32(tensor), shape, 'float32')
    : tf.tensor(toInt32(tensor), shape, 'int32');
}

/** A copy of the values in PyTorch's layout. */
export function publish(tensor: tf.Tensor, { isSignal = false }: Layout = {}): HostTensor {
  return tf.tidy(() => {
    const signal = tensor.rank === 3 && isSignal ? tf.transpose(tensor, [0, 2, 1]) : tensor;
    const turned: tf.Tensor = tensor.rank === 4 ? nhwcToNchw(tensor) : signal;
    const { dtype, shape } = turned;
    if (dtype === 'int32') return { dtype: 'I32', shape, data: turned.dataSync<'int32'>() };
    if (dtype === 'bool') return { dtype: 'BOOL', shape, data: Uint8Array.from(turned.dataSync<'bool'>()) };
    return { dtype: 'F32', shape, data: turned.dataSync<'float32'>() };
  });
}

/** The shape that a tensor held here has in PyTorch's layout. */
export function publishedShape(shape: readonly number[], { isSignal = false }: Layout = {}): number[] {
  if (shape.length !== 4 && !(shape.length === 3 && isSignal)) return [...shape];
  return [...shape.slice(0, 1), ...shape.slice(-1), ...shape.slice(1, -1)];
}
