import * as tf from '@tensorflow/tfjs-core';
import { metaKernel, sizeOf, type MetaKernelTable, type X } from './kernel.js';

type Image = [number, number, number, number];
type Volume = [number, number, number, number, number];

interface ConvAttrs {
  readonly strides: [number, number] | number;
  /** Absent or null: 1. */
  readonly dilations?: [number, number] | number | null;
  readonly pad: tf.Conv2DAttrs['pad'];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function conv2dInfo(x: readonly number[], filter: readonly number[], attrs: ConvAttrs, depthwise: boolean) {
  const format = tf.backend_util.convertConv2DDataFormat(attrs.dataFormat ?? 'NHWC');
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  const shapes = [[...x] as Image, [...filter] as Image] as const;
  const info = tf.backend_util.computeConv2DInfo(
    ...shapes,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    format,
  );
  tf.util.assert(
    info.inChannels === filter[2],
    () => `a convolution of [${x.join(', ')}] by a filter [${filter.join(', ')}]: the channels differ`,
  );
  return info;
}

/** Every output pixel takes every value of the filter once; depthwise too, where a filter makes its own channels only. */
const conv2d = (depthwise: boolean) =>
  metaKernel<{ x: tf.TensorInfo; filter: tf.TensorInfo }, ConvAttrs>(({ x, filter }, attrs, meta) => {
    const { outShape, batchSize, outHeight, outWidth } = conv2dInfo(x.shape, filter.shape, attrs, depthwise);
    meta.countMultiplyAdds(batchSize * outHeight * outWidth * sizeOf(filter.shape));
    return meta.tensor(outShape, 'float32');
  });

interface PoolAttrs {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: tf.MaxPoolAttrs['pad'];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const pool = metaKernel<X, PoolAttrs>(({ x }, { filterSize, strides, pad, dimRoundingMode }, meta) => {
  const info = tf.backend_util.computePool2DInfo(x.shape as Image, filterSize, strides, 1, pad, dimRoundingMode);
  return meta.tensor(info.outShape, x.dtype);
});

const resize = metaKernel<{ images: tf.TensorInfo }, { size: [number, number] }>(({ images }, { size }, meta) => {
  const [batch = 0, , , channels = 0] = images.shape;
  return meta.tensor([batch, ...size, channels], 'float32');
});

/** Convolutions, pooling and resizing. */
export const convolutionKernels: MetaKernelTable = {
  [tf.Conv2D]: conv2d(false),
  [tf.FusedConv2D]: conv2d(false),
  [tf.DepthwiseConv2dNative]: conv2d(true),
  [tf.FusedDepthwiseConv2D]: conv2d(true),
  // A transposed convolution.
  [tf.Conv2DBackpropInput]: metaKernel<
    { dy: tf.TensorInfo; filter: tf.TensorInfo },
    ConvAttrs & { inputShape: number[] }
  >(({ dy, filter }, attrs, meta) => {
    const { batchSize, outHeight, outWidth } = conv2dInfo(attrs.inputShape, filter.shape, attrs, false);
    meta.countMultiplyAdds(batchSize * outHeight * outWidth * sizeOf(filter.shape));
    return meta.tensor(attrs.inputShape, dy.dtype);
  }),
  [tf.Conv3D]: metaKernel<{ x: tf.TensorInfo; filter: tf.TensorInfo }, tf.Conv3DAttrs>(
    ({ x, filter }, { strides, dilations, pad }, meta) => {
      const shapes = [x.shape as Volume, filter.shape as Volume] as const;
      const { outShape, outChannels } = tf.backend_util.computeConv3DInfo(...shapes, strides, dilations, pad);
      meta.countMultiplyAdds((sizeOf(outShape) / outChannels) * sizeOf(filter.shape));
      return meta.tensor(outShape, 'float32');
    },
  ),
  [tf.MaxPool]: pool,
  [tf.AvgPool]: pool,
  [tf.ResizeNearestNeighbor]: resize,
  [tf.ResizeBilinear]: resize,
};
