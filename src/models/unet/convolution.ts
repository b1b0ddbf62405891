import { columnFilter, Conv2d } from '../../nn/index.js';

/** Spatial dimensions: 2 for images; 1 for sequences, which the layers of a UNet hold as images of width 1. */
export type Dims = 1 | 2;

export interface ConvolutionOptions {
  /** Odd. */
  readonly kernelSize: 1 | 3;
  readonly stride?: number;
  /** Begin at zero, as the published `zero_module` does. */
  readonly zeroInit?: boolean;
}

/** The published `conv_nd`, padded so that stride 1 keeps the size: `torch.nn.Conv1d` or `torch.nn.Conv2d`. */
export function convolution(
  dims: Dims,
  inChannels: number,
  outChannels: number,
  { kernelSize, ...options }: ConvolutionOptions,
): Conv2d {
  const padding = (kernelSize - 1) / 2;
  return dims === 2
    ? new Conv2d(inChannels, outChannels, { ...options, kernelSize, padding })
    : new Conv2d(inChannels, outChannels, {
        ...options,
        kernelSize: [kernelSize, 1],
        padding: [padding, 0],
        layout: columnFilter,
      });
}
