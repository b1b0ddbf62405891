import * as tf from '@tensorflow/tfjs-core';
import { isNativeDtype, kernel, storedValue, type KernelTable, type X } from './kernel.js';

const like = (value: 0 | 1) =>
  kernel<X>(({ x: { shape, dtype } }, _, torch) =>
    isNativeDtype(dtype) ? torch.tensor(torch.addon.fill(shape, value, dtype), shape, dtype) : undefined,
  );

/** Constants, casts and complex numbers. */
export const createKernels: KernelTable = {
  [tf.Fill]: kernel<unknown, tf.FillAttrs>((_, { shape, value, dtype }, torch) => {
    const filled = (dtype as tf.DataType | undefined) ?? tf.util.inferDtype(value);
    if (!isNativeDtype(filled) || typeof value !== 'number') return undefined;
    return torch.tensor(torch.addon.fill(shape, storedValue(value, filled), filled), shape, filled);
  }),
  [tf.ZerosLike]: like(0),
  [tf.OnesLike]: like(1),
  [tf.Cast]: kernel<X, tf.CastAttrs>(({ x }, { dtype }, torch) => {
    if (x.dtype === dtype) return torch.share(x);
    if (x.dtype === 'complex64') {
      if (!isNativeDtype(dtype)) return undefined;
      const { real } = torch.parts(x);
      return dtype === 'float32'
        ? torch.copy(real)
        : torch.tensor(torch.addon.cast(torch.id(real), dtype), x.shape, dtype);
    }
    if (dtype === 'complex64' && isNativeDtype(x.dtype)) {
      const real = torch.addon.cast(torch.id(x), 'float32');
      const imag = torch.addon.fill(x.shape, 0, 'float32');
      return torch.joined(torch.tensor(real, x.shape, 'float32'), torch.tensor(imag, x.shape, 'float32'));
    }
    if (!isNativeDtype(x.dtype) || !isNativeDtype(dtype)) return undefined;
    return torch.tensor(torch.addon.cast(torch.id(x), dtype), x.shape, dtype);
  }),
  [tf.Complex]: kernel<{ real: tf.TensorInfo; imag: tf.TensorInfo }>(({ real, imag }, _, torch) =>
    torch.complex(real, imag),
  ),
  [tf.Real]: kernel<{ input: tf.TensorInfo }>(({ input }, _, torch) =>
    input.dtype === 'complex64' ? torch.copy(torch.parts(input).real) : undefined,
  ),
  [tf.Imag]: kernel<{ input: tf.TensorInfo }>(({ input }, _, torch) =>
    input.dtype === 'complex64' ? torch.copy(torch.parts(input).imag) : undefined,
  ),
};
