import * as tf from '@tensorflow/tfjs-core';
import type { NativeDtype, ReduceName } from '../addon/index.js';
import type { TorchBackend } from '../torch-backend.js';
import { isFloat, isNumber, kernel, type KernelTable, type X } from './kernel.js';

type Axis = number | number[];

function reduce(
  name: ReduceName,
  x: tf.TensorInfo,
  { axis, keepDims }: { axis: Axis; keepDims: boolean },
  dtype: NativeDtype,
  torch: TorchBackend,
): tf.TensorInfo {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
  const result = torch.tensor(torch.addon[name](torch.id(x), axes), shape, dtype);
  return keepDims ? { ...result, shape: tf.backend_util.expandShapeToKeepDim(shape, axes) } : result;
}

const dtypeOf = ({ dtype }: tf.TensorInfo): NativeDtype => (dtype === 'int32' ? 'int32' : 'float32');
const isEmpty = ({ shape }: tf.TensorInfo): boolean => shape.includes(0);

const argExtreme = (name: 'argMax' | 'argMin') =>
  kernel<X, { axis: Axis }>(({ x }, { axis }, torch) => {
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const [first] = axes;
    if (first === undefined || axes.length !== 1 || !isNumber(x) || isEmpty(x)) return undefined;
    const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    return torch.tensor(torch.addon[name](torch.id(x), first), shape, 'int32');
  });

const truth = (name: 'all' | 'any') =>
  kernel<X, tf.AllAttrs>(({ x }, attrs, torch) =>
    x.dtype === 'bool' && !isEmpty(x) ? reduce(name, x, attrs, 'bool', torch) : undefined,
  );

/** Reductions, scans and softmax. An extreme of nothing is what the CPU backend says it is. */
export const reduceKernels: KernelTable = {
  [tf.Sum]: kernel<X, tf.SumAttrs>(({ x }, attrs, torch) =>
    isNumber(x) ? reduce('sum', x, attrs, dtypeOf(x), torch) : undefined,
  ),
  [tf.Mean]: kernel<X, tf.MeanAttrs>(({ x }, attrs, torch) =>
    isNumber(x) && !isEmpty(x) ? reduce('mean', x, attrs, 'float32', torch) : undefined,
  ),
  [tf.Max]: kernel<X, tf.MaxAttrs>(({ x }, { reductionIndices, keepDims }, torch) =>
    isNumber(x) && !isEmpty(x) ? reduce('max', x, { axis: reductionIndices, keepDims }, dtypeOf(x), torch) : undefined,
  ),
  [tf.Min]: kernel<X, tf.MinAttrs>(({ x }, attrs, torch) =>
    isNumber(x) && !isEmpty(x) ? reduce('min', x, attrs, dtypeOf(x), torch) : undefined,
  ),
  [tf.Prod]: kernel<X, tf.ProdAttrs>(({ x }, attrs, torch) =>
    isNumber(x) && !isEmpty(x) ? reduce('prod', x, attrs, dtypeOf(x), torch) : undefined,
  ),
  [tf.All]: truth('all'),
  [tf.Any]: truth('any'),
  [tf.ArgMax]: argExtreme('argMax'),
  [tf.ArgMin]: argExtreme('argMin'),
  [tf.Cumsum]: kernel<X, tf.CumsumAttrs>(({ x }, { axis, exclusive, reverse }, torch) => {
    if (!isNumber(x) || x.shape.length === 0) return undefined;
    const [normalized = 0] = tf.util.parseAxisParam(axis, x.shape);
    return torch.tensor(torch.addon.cumsum(torch.id(x), normalized, exclusive, reverse), x.shape, dtypeOf(x));
  }),
  [tf.Softmax]: kernel<{ logits: tf.TensorInfo }, tf.SoftmaxAttrs>(({ logits }, { dim }, torch) => {
    if (!isFloat(logits) || logits.shape.length === 0) return undefined;
    const [axis = 0] = tf.util.parseAxisParam(dim, logits.shape);
    return torch.tensor(torch.addon.softmax(torch.id(logits), axis), logits.shape, 'float32');
  }),
};
