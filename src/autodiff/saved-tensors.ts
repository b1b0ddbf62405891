import * as tf from '@tensorflow/tfjs-core';

/** For each tensor saved, in order, the inputs whose gradients read its values. */
type Readers = readonly (readonly string[])[];

const product: Readers = [['b'], ['a']];
const convolution: Readers = [['filter'], ['x']];
const shapeOnly: Readers = [[]];

/**
 * What gradient functions read of the tensors that tfjs-core saves for them (4.22.0): of the others they read the shape
 * at most, which a disposed tensor still has. An operation that is not listed is taken to read everything.
 */
const readers: Readonly<Record<string, Readers>> = {
  [tf.Add]: [[], []],
  [tf.Sub]: [[], []],
  [tf.Multiply]: product,
  [tf.RealDiv]: [['b'], ['a', 'b']],
  [tf.Pow]: [['a', 'b'], ['a'], ['b']],
  [tf.BatchMatMul]: product,
  [tf._FusedMatMul]: product,
  [tf.Conv2D]: convolution,
  [tf.FusedConv2D]: convolution,
  [tf.DepthwiseConv2dNative]: convolution,
  [tf.Sum]: shapeOnly,
  [tf.Mean]: shapeOnly,
  [tf.Cumsum]: shapeOnly,
  [tf.Reshape]: shapeOnly,
  [tf.ExpandDims]: shapeOnly,
  [tf.Slice]: shapeOnly,
  [tf.PadV2]: shapeOnly,
};

/** Operations of any number of inputs whose gradients read the shapes of the inputs, all of which are saved. */
const readingShapes = new Set([tf.AddN, tf.Concat, tf.Pack]);

/** Disposes what is saved for an operation's gradient but not read by the gradients of the inputs named. */
export function releaseUnread(
  { kernelName, saved }: { readonly kernelName: string; readonly saved: readonly tf.Tensor[] },
  inputs: readonly string[],
): void {
  if (readingShapes.has(kernelName)) {
    tf.dispose([...saved]);
    return;
  }
  readers[kernelName]?.forEach((readBy, i) => {
    if (!inputs.some((input) => readBy.includes(input))) saved[i]?.dispose();
  });
}
