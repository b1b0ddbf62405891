import type * as tf from '@tensorflow/tfjs-core';
import type { TorchBackend } from '../torch-backend.js';
import type { NativeKernel } from './kernel.js';

type ConvAttrs = {
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly inputShape?: number[];
};

const toLast = [0, 2, 3, 1];
const toFirst = [0, 3, 1, 2];

const ordered = <T>(values: readonly T[], order: readonly number[]): T[] => order.map((i) => values[i] as T);

function reordered(x: tf.TensorInfo, order: number[], torch: TorchBackend): tf.TensorInfo {
  return torch.tensor(torch.addon.transpose(torch.id(x), order), ordered(x.shape, order), 'float32');
}

/** What the kernel is told instead, in NHWC. */
function channelsLast({ inputShape, pad, ...attrs }: ConvAttrs): ConvAttrs {
  return {
    ...attrs,
    dataFormat: 'NHWC',
    pad: Array.isArray(pad) ? (ordered(pad, toLast) as typeof pad) : pad,
    ...(inputShape && { inputShape: ordered(inputShape, toLast) }),
  };
}

/**
 * A convolution kernel for NHWC as one that takes NCHW too: the images it is given, and the image it makes, are
 * reordered. Filters are HWIO either way.
 *
 * @param images which inputs are images
 * @param makesImage whether the result is one
 */
export function withChannelsFirst(images: readonly string[], makesImage: boolean, native: NativeKernel): NativeKernel {
  return (inputs, attrs, torch) => {
    const given = inputs as Record<string, tf.TensorInfo | null | undefined>;
    if ((attrs as ConvAttrs).dataFormat !== 'NCHW') return native(inputs, attrs, torch);
    if (Object.values(given).some((x) => x && x.dtype !== 'float32')) return undefined;
    // A prelu with a slope for each channel of an NCHW image broadcasts otherwise: the CPU backend says how.
    if (given.preluActivationWeights || (given.bias && given.bias.shape.length > 1)) return undefined;
    const moved = images.flatMap((name) => {
      const x = given[name];
      return x ? [[name, reordered(x, toLast, torch)] as const] : [];
    });
    try {
      const result = native({ ...given, ...Object.fromEntries(moved) }, channelsLast(attrs as ConvAttrs), torch);
      if (!makesImage || result === undefined || Array.isArray(result)) return result;
      const image = reordered(result, toFirst, torch);
      torch.disposeIntermediateTensorInfo(result);
      return image;
    } finally {
      for (const [, x] of moved) torch.disposeIntermediateTensorInfo(x);
    }
  };
}
