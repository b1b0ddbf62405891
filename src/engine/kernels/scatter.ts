import * as tf from '@tensorflow/tfjs-core';
import type { TorchBackend } from '../torch-backend.js';
import { isNativeDtype, isNumber, kernel, type KernelResult, type KernelTable } from './kernel.js';

interface Scatter {
  /** Index vectors `[n, k]`. */
  readonly indices: tf.TensorInfo;
  /** `[n, width]`, or a single value for all. */
  readonly updates: tf.TensorInfo;
  readonly strides: number[];
  readonly rows: number;
  readonly width: number;
}

/** A scatter into a tensor of `shape` as one into a matrix, as the addon takes it; undefined where nothing is there. */
function asMatrix(indices: tf.TensorInfo, updates: tf.TensorInfo, shape: number[]): Scatter | undefined {
  const info = tf.backend_util.calculateShapes(updates, indices, shape);
  const { sliceRank, numUpdates, sliceSize, strides, outputSize } = info;
  if (outputSize === 0 || numUpdates === 0 || indices.dtype !== 'int32') return undefined;
  return {
    indices: { ...indices, shape: [numUpdates, sliceRank] },
    updates: updates.shape.length === 0 ? updates : { ...updates, shape: [numUpdates, sliceSize] },
    strides,
    rows: outputSize / sliceSize,
    width: sliceSize,
  };
}

type Counted = { x: tf.TensorInfo; weights: tf.TensorInfo };

/** For a vector, or for each row of a matrix, how often each value below `size` is there. */
function count({ x, weights }: Counted, size: number, binary: boolean, torch: TorchBackend): KernelResult {
  const isVector = x.shape.length === 1;
  const [rows, columns] = isVector ? [1, x.shape[0]] : x.shape;
  if (x.dtype !== 'int32' || !isNumber(weights) || x.shape.length > 2 || !rows || !columns) return undefined;
  const id = torch.addon.bincount(torch.id({ ...x, shape: [rows, columns] }), torch.id(weights), size, binary);
  const counts = torch.tensor(id, [rows, size], weights.dtype === 'int32' ? 'int32' : 'float32');
  return isVector ? { ...counts, shape: [size] } : counts;
}

/** Reading and writing by index vectors, and counting. */
export const scatterKernels: KernelTable = {
  [tf.GatherNd]: kernel<{ params: tf.TensorInfo; indices: tf.TensorInfo }>(({ params, indices }, _, torch) => {
    const [shape, count, width, strides] = tf.backend_util.prepareAndValidate(params, indices);
    const { dtype } = params;
    const size = tf.util.sizeFromShape(params.shape);
    if (count === 0 || size === 0 || !isNativeDtype(dtype) || indices.dtype !== 'int32') return undefined;
    const length = indices.shape.at(-1) ?? 1;
    const matrix = torch.id({ ...params, shape: [size / width, width] });
    const vectors = torch.id({ ...indices, shape: [count, length] });
    return { ...torch.tensor(torch.addon.gatherNd(matrix, vectors, strides), [count, width], dtype), shape };
  }),
  [tf.ScatterNd]: kernel<{ indices: tf.TensorInfo; updates: tf.TensorInfo }, tf.ScatterNdAttrs>(
    ({ indices, updates }, { shape }, torch) => {
      const scatter = asMatrix(indices, updates, shape);
      if (!scatter || !isNumber(updates) || updates.shape.length === 0) return undefined;
      const { strides, rows, width } = scatter;
      const id = torch.addon.scatterNd(torch.id(scatter.indices), torch.id(scatter.updates), strides, rows);
      return { ...torch.tensor(id, [rows, width], updates.dtype === 'int32' ? 'int32' : 'float32'), shape };
    },
  ),
  [tf.TensorScatterUpdate]: kernel<{ tensor: tf.TensorInfo; indices: tf.TensorInfo; updates: tf.TensorInfo }>(
    ({ tensor, indices, updates }, _, torch) => {
      const { dtype, shape } = tensor;
      const scatter = asMatrix(indices, updates, shape);
      if (!scatter || !isNativeDtype(dtype) || updates.dtype !== dtype) return undefined;
      const { strides, rows, width } = scatter;
      const matrix = torch.id({ ...tensor, shape: [rows, width] });
      const id = torch.addon.scatterUpdate(matrix, torch.id(scatter.indices), torch.id(scatter.updates), strides);
      return { ...torch.tensor(id, [rows, width], dtype), shape };
    },
  ),
  [tf.SparseToDense]: kernel<
    { sparseIndices: tf.TensorInfo; sparseValues: tf.TensorInfo; defaultValue: tf.TensorInfo },
    tf.SparseToDenseAttrs
  >(({ sparseIndices, sparseValues, defaultValue }, { outputShape }, torch) => {
    const { dtype } = sparseValues;
    const scatter = asMatrix(sparseIndices, sparseValues, outputShape);
    if (!scatter || !isNativeDtype(dtype) || defaultValue.dtype !== dtype) return undefined;
    const { strides, rows, width } = scatter;
    const ids = [scatter.indices, scatter.updates, defaultValue].map((tensor) => torch.id(tensor));
    const id = torch.addon.sparseToDense(...(ids as [number, number, number]), strides, rows, width);
    return { ...torch.tensor(id, [rows, width], dtype), shape: outputShape };
  }),
  [tf.Bincount]: kernel<Counted, tf.BincountAttrs>((inputs, { size }, torch) => count(inputs, size, false, torch)),
  [tf.DenseBincount]: kernel<Counted, tf.DenseBincountAttrs>((inputs, { size, binaryOutput }, torch) =>
    // tfjs counts a vector whether or not it is asked for a binary answer.
    count(inputs, size, (binaryOutput ?? false) && inputs.x.shape.length === 2, torch),
  ),
};
