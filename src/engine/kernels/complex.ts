import * as tf from '@tensorflow/tfjs-core';
import { kernel, type KernelTable, type X } from './kernel.js';

const transform = (inverse: boolean) =>
  kernel<{ input: tf.TensorInfo }>(({ input }, _, torch) => {
    const { shape } = input;
    if (input.dtype !== 'complex64' || shape.length === 0 || shape.includes(0)) return undefined;
    const { real, imag } = torch.parts(input);
    const parts = torch.addon.fft(torch.id(real), torch.id(imag), inverse);
    const [realPart, imagPart] = parts.map((id) => torch.tensor(id, shape, 'float32'));
    return realPart && imagPart && torch.joined(realPart, imagPart);
  });

/** Fourier transforms and magnitudes. */
export const complexKernels: KernelTable = {
  [tf.FFT]: transform(false),
  [tf.IFFT]: transform(true),
  [tf.ComplexAbs]: kernel<X>(({ x }, _, torch) => {
    if (x.dtype !== 'complex64') return undefined;
    const { real, imag } = torch.parts(x);
    return torch.tensor(torch.addon.complexAbs(torch.id(real), torch.id(imag)), x.shape, 'float32');
  }),
};
