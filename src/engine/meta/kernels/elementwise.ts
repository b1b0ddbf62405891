import * as tf from '@tensorflow/tfjs-core';
import { metaKernel, under, type MetaKernelTable, type X } from './kernel.js';

type AB = { readonly a: tf.TensorInfo; readonly b: tf.TensorInfo };

const likeX = metaKernel<X>(({ x }, _, meta) => meta.tensor(x.shape, x.dtype));
const test = metaKernel<X>(({ x }, _, meta) => meta.tensor(x.shape, 'bool'));
const likeLogits = metaKernel<{ logits: tf.TensorInfo }>(({ logits }, _, meta) =>
  meta.tensor(logits.shape, logits.dtype),
);

/** Of two tensors that broadcast; `dtype` where it is not theirs. */
const binary = (dtype?: tf.DataType) =>
  metaKernel<AB>(({ a, b }, _, meta) =>
    meta.tensor(tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape), dtype ?? a.dtype),
  );

const unaryNames = [
  ...[tf.Abs, tf.Acos, tf.Acosh, tf.Asin, tf.Asinh, tf.Atan, tf.Atanh, tf.Ceil, tf.ClipByValue, tf.Cos, tf.Cosh],
  ...[tf.Elu, tf.Erf, tf.Exp, tf.Expm1, tf.Floor, tf.LeakyRelu, tf.Log, tf.Log1p, tf.Neg, tf.Prelu, tf.Reciprocal],
  ...[tf.Relu, tf.Relu6, tf.Round, tf.Rsqrt, tf.Selu, tf.Sigmoid, tf.Sign, tf.Sin, tf.Sinh, tf.Softplus, tf.Sqrt],
  ...[tf.Square, tf.Step, tf.Tan, tf.Tanh, tf.ZerosLike, tf.OnesLike],
];
const arithmeticNames = [
  ...[tf.Add, tf.Sub, tf.Multiply, tf.RealDiv, tf.FloorDiv, tf.Mod, tf.Maximum, tf.Minimum, tf.Pow, tf.Atan2],
  tf.SquaredDifference,
];
const comparisonNames = [
  ...[tf.Equal, tf.NotEqual, tf.Less, tf.LessEqual, tf.Greater, tf.GreaterEqual, tf.LogicalAnd, tf.LogicalOr],
];

/** Functions of each value, of one tensor or of two that broadcast. */
export const elementwiseKernels: MetaKernelTable = {
  ...under(unaryNames, likeX),
  // Along an axis, but shaped as what goes in.
  ...under([tf.Cumsum, tf.Cumprod, tf.Reverse, tf.LRN, tf.FusedBatchNorm], likeX),
  ...under([tf.Softmax, tf.LogSoftmax], likeLogits),
  ...under([tf.IsNan, tf.IsInf, tf.IsFinite, tf.LogicalNot], test),
  ...under(arithmeticNames, binary()),
  ...under(comparisonNames, binary('bool')),
  [tf.AddN]: metaKernel<readonly tf.TensorInfo[]>((tensors, _, meta) => {
    const [{ shape, dtype } = { shape: [], dtype: 'float32' as const }] = tensors;
    return meta.tensor(shape, dtype);
  }),
  [tf.Select]: metaKernel<{ t: tf.TensorInfo }>(({ t }, _, meta) => meta.tensor(t.shape, t.dtype)),
  [tf.Cast]: metaKernel<X, tf.CastAttrs>(({ x }, { dtype }, meta) =>
    dtype === x.dtype ? meta.share(x) : meta.tensor(x.shape, dtype),
  ),
};
