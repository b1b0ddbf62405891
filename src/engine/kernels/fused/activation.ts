import type * as tf from '@tensorflow/tfjs-core';
import {
  Geglu,
  GegluGrad,
  Gelu,
  GeluGrad,
  LeakyReluGrad,
  Silu,
  SiluGrad,
  type GeluAttrs,
  type LeakyReluGradAttrs,
} from '../../../ops/kernels/index.js';
import { kernel, type KernelTable, type X } from '../kernel.js';

type XGrad = X & { readonly dy: tf.TensorInfo };
type YGrad = { readonly dy: tf.TensorInfo; readonly y: tf.TensorInfo };

export const activationKernels: KernelTable = {
  [Silu]: kernel<X>(({ x }, _, torch) => torch.tensor(torch.addon.silu(torch.id(x)), x.shape, 'float32')),
  [SiluGrad]: kernel<XGrad>(({ dy, x }, _, torch) =>
    torch.tensor(torch.addon.siluGrad(torch.id(dy), torch.id(x)), x.shape, 'float32'),
  ),
  [Gelu]: kernel<X, GeluAttrs>(({ x }, { approximate }, torch) =>
    torch.tensor(torch.addon.gelu(torch.id(x), approximate), x.shape, 'float32'),
  ),
  [GeluGrad]: kernel<XGrad, GeluAttrs>(({ dy, x }, { approximate }, torch) =>
    torch.tensor(torch.addon.geluGrad(torch.id(dy), torch.id(x), approximate), x.shape, 'float32'),
  ),
  [Geglu]: kernel<X>(({ x }, _, torch) => {
    const half = (x.shape[x.shape.length - 1] ?? 0) / 2;
    return torch.tensor(torch.addon.geglu(torch.id(x)), [...x.shape.slice(0, -1), half], 'float32');
  }),
  [GegluGrad]: kernel<XGrad>(({ dy, x }, _, torch) =>
    torch.tensor(torch.addon.gegluGrad(torch.id(dy), torch.id(x)), x.shape, 'float32'),
  ),
  [LeakyReluGrad]: kernel<YGrad, LeakyReluGradAttrs>(({ dy, y }, { alpha }, torch) =>
    torch.tensor(torch.addon.leakyReluGrad(torch.id(dy), torch.id(y), alpha), y.shape, 'float32'),
  ),
};
