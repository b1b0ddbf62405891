import type * as tf from '@tensorflow/tfjs-core';

/** Images and what an autoencoder makes of them, `[N, H, W, C]` in [-1, 1]. */
export interface ReconstructedBatch {
  readonly inputs: tf.Tensor4D;
  readonly reconstructions: tf.Tensor4D;
  readonly globalStep: number;
  /** What a conditional discriminator sees beside the image, `[N, H, W, C']`. */
  readonly cond?: tf.Tensor4D | undefined;
  /** What the names in the log begin with: `train` (default), `val`. */
  readonly split?: string | undefined;
}

/**
 * The gradient at the weight of the decoder's last layer that follows from one at the reconstructions: the layer's own
 * backward pass, nothing more of the network's.
 */
export type LastLayerGradient = (atReconstructions: tf.Tensor4D) => tf.Tensor;

export type NamedScalars = Readonly<Record<string, tf.Scalar>>;

/** A loss, and scalars to log by name; the caller owns all of them. A type, not an interface, which tf.tidy refuses. */
export type LossValue = { readonly loss: tf.Scalar; readonly log: NamedScalars };

/** The autoencoder's loss with its gradients, by what they are taken at: from there the network takes them back. */
export type GeneratorStep<Names extends string> = LossValue & {
  readonly gradients: Readonly<Record<Names, tf.Tensor>>;
};

/** The same scalars under the names that published logs have, `train/total_loss`. */
export function prefixed(split: string, scalars: NamedScalars): NamedScalars {
  return Object.fromEntries(Object.entries(scalars).map(([name, scalar]) => [`${split}/${name}`, scalar]));
}

/** A loss as a method by name gives it back: its log, and itself as `loss`. */
export function flat({ loss, log }: LossValue): NamedScalars {
  return { loss, ...log };
}

/** The batch that a method is called with, by the published names of its arguments. */
export function batchOf(inputs: {
  readonly inputs: tf.Tensor;
  readonly reconstructions: tf.Tensor;
  readonly global_step: tf.Tensor;
  readonly cond?: tf.Tensor;
}): ReconstructedBatch {
  const [globalStep = 0] = inputs.global_step.dataSync();
  return {
    inputs: inputs.inputs as tf.Tensor4D,
    reconstructions: inputs.reconstructions as tf.Tensor4D,
    globalStep,
    cond: inputs.cond as tf.Tensor4D | undefined,
  };
}
