import type * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { Module } from '../nn/index.js';

/** How a condition enters the network; null for none. */
export type ConditioningKey = 'adm' | null;

/** What a network is conditioned on. */
export interface Condition {
  /** Class labels, int32 `[N]`. */
  readonly cAdm?: tf.Tensor1D;
}

/** A network that predicts from a noisy image and its timestep. */
export type DiffusionNetwork = Module & {
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** How many timesteps it has embeddings of, 0 up to one less; absent where it takes any. */
  readonly numTimesteps?: number;
  forward(inputs: { x: tf.Tensor4D; timesteps: tf.Tensor1D; y?: tf.Tensor1D }): tf.Tensor4D;
};

/**
 * Hands a network its condition in the form that `conditioning_key` says (`ldm.models.diffusion.ddpm.DiffusionWrapper`).
 * The network's weights are published below `diffusion_model.`.
 */
export class DiffusionWrapper extends Module {
  readonly #network: DiffusionNetwork;

  constructor(
    network: DiffusionNetwork,
    readonly conditioningKey: ConditioningKey,
  ) {
    super();
    this.#network = this.child('diffusion_model', network);
  }

  /**
   * @param x `[N, H, W, C]`
   * @param t int32 `[N]`
   * @returns the network's prediction, `[N, H, W, C']`
   * @throws ShapeError when the condition is not the one that `conditioning_key` takes
   */
  forward(x: tf.Tensor4D, t: tf.Tensor1D, { cAdm }: Condition = {}): tf.Tensor4D {
    if (this.conditioningKey === null) return this.#network.forward({ x, timesteps: t });
    if (!cAdm) throw new ShapeError('DiffusionWrapper', 'class labels for conditioning_key adm', 'none');
    return this.#network.forward({ x, timesteps: t, y: cAdm });
  }
}
