import * as tf from '@tensorflow/tfjs-core';
import { isFloat, isNativeDtype, kernel, type KernelTable } from './kernel.js';

/** tfjs's gradients leave batchDims out. */
type GatherAttrs = Omit<tf.GatherV2Attrs, 'batchDims'> & { batchDims?: number };

/** Gathering, one-hot rows and sums by segment. */
export const indexingKernels: KernelTable = {
  [tf.GatherV2]: kernel<{ x: tf.TensorInfo; indices: tf.TensorInfo }, GatherAttrs>(
    ({ x, indices }, { axis, batchDims }, torch) => {
      if (!isNativeDtype(x.dtype) || indices.dtype !== 'int32') return undefined;
      const [along = 0] = tf.util.parseAxisParam(axis, x.shape);
      const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(x, indices, along, batchDims ?? 0);
      const { batchSize, outerSize, dimSize, sliceSize, outputShape } = info;
      if (batchSize === 0) return undefined;
      const count = tf.util.sizeFromShape(indices.shape) / batchSize;
      const id = torch.addon.gather(
        torch.id({ ...x, shape: [batchSize, outerSize, dimSize, sliceSize] }),
        torch.id({ ...indices, shape: [batchSize, count] }),
      );
      const result = torch.tensor(id, [batchSize, outerSize, count, sliceSize], x.dtype);
      return { ...result, shape: outputShape };
    },
  ),
  [tf.OneHot]: kernel<{ indices: tf.TensorInfo }, tf.OneHotAttrs>(
    ({ indices }, { depth, onValue, offValue, dtype }, torch) => {
      if (indices.dtype !== 'int32' || !isNativeDtype(dtype)) return undefined;
      const id = torch.addon.oneHot(torch.id(indices), depth, onValue, offValue, dtype);
      return torch.tensor(id, [...indices.shape, depth], dtype);
    },
  ),
  [tf.UnsortedSegmentSum]: kernel<{ x: tf.TensorInfo; segmentIds: tf.TensorInfo }, tf.UnsortedSegmentSumAttrs>(
    ({ x, segmentIds }, { numSegments }, torch) => {
      if (!isFloat(x) || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1) return undefined;
      const id = torch.addon.segmentSum(torch.id(x), torch.id(segmentIds), numSegments);
      return torch.tensor(id, [numSegments, ...x.shape.slice(1)], 'float32');
    },
  ),
};
