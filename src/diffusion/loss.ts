import * as tf from '@tensorflow/tfjs-core';
import { l1Loss, mseLoss, smoothL1Loss, type MeanError } from '../ops/index.js';
import { extract } from './gaussian-diffusion.js';
import type { LossType } from './loss-types.js';

/** The error of each sample's prediction, `[N, ...]` to `[N]`, by the published names of `loss_type`. */
export const perSampleLosses: Readonly<Record<LossType, PerSampleLoss>> = {
  l1: perSample(l1Loss),
  l2: perSample(mseLoss),
  huber: perSample(smoothL1Loss),
};

type PerSampleLoss = (prediction: tf.Tensor, target: tf.Tensor) => tf.Tensor1D;

function perSample(loss: MeanError): PerSampleLoss {
  return (prediction, target) => loss(prediction, target, { reduction: 'perSample' });
}

/** The terms of a loss, scalars; `loss` is the one to train on. */
export interface DiffusionLosses {
  readonly lossSimple: tf.Scalar;
  readonly lossVlb: tf.Scalar;
  /** The simple loss in the light of the learned variances; absent where none are learned. */
  readonly lossGamma?: tf.Scalar;
  readonly loss: tf.Scalar;
}

export interface LossWeights {
  readonly elboWeights: Float64Array;
  readonly simpleWeight: number;
  readonly elboWeight: number;
  /** The log-variance of each timestep's error, `[timesteps]`. */
  readonly logvar?: tf.Tensor | undefined;
  /** The log-variance of every timestep where there is no such tensor. */
  readonly logvarInit: number;
}

/**
 * The loss of a batch from the errors of its samples (Ho et al. 2020, eq. 14 and, weighted, eq. 12), each first divided
 * by the variance that is expected of it at its timestep, whose logarithm is added.
 *
 * @param perSample `[N]`
 * @param t int32 `[N]`
 */
export function diffusionLosses(perSample: tf.Tensor1D, t: tf.Tensor1D, weights: LossWeights): DiffusionLosses {
  const { elboWeights, simpleWeight, elboWeight, logvar, logvarInit } = weights;
  const lossSimple = tf.mean<tf.Scalar>(perSample);
  const lossVlb = tf.mean<tf.Scalar>(tf.mul(extract(elboWeights, t, 1), perSample));
  const expected = logvar ? tf.gather(logvar, t) : tf.scalar(logvarInit);
  const lossGamma = tf.mean<tf.Scalar>(tf.add(tf.div(perSample, tf.exp(expected)), expected));
  const loss = tf.add<tf.Scalar>(tf.mul(lossGamma, simpleWeight), tf.mul(lossVlb, elboWeight));
  return { lossSimple, lossVlb, ...(logvar && { lossGamma }), loss };
}
