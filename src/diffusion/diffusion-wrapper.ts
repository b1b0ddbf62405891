import * as tf from '@tensorflow/tfjs-core';
import { ShapeError, UserError } from '../errors.js';
import { Module } from '../nn/index.js';
import type { Condition } from './condition.js';
import type { ConditioningKey } from './conditioning-key.js';

/** What a network is called with; which of the conditions it takes is its own matter. */
export interface NetworkInputs {
  readonly x: tf.Tensor4D;
  /** int32 `[N]` */
  readonly timesteps: tf.Tensor1D;
  /** `[N, S, C]` */
  readonly context?: tf.Tensor3D;
  /** int32 `[N]` */
  readonly y?: tf.Tensor1D;
}

/** A network that predicts from a noisy image and its timestep. */
export type DiffusionNetwork = Module & {
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** The label that stands for none of them; absent where it has no such label. */
  readonly nullClass?: number | undefined;
  /** How many timesteps it has embeddings of, 0 up to one less; absent where it takes any. */
  readonly numTimesteps?: number;
  /** Channels of what it is called with; absent where it does not say. */
  readonly inChannels?: number;
  forward(inputs: NetworkInputs): tf.Tensor4D;
};

/** What each key adds to the inputs of the network. */
const conditioned: Readonly<Record<NonNullable<ConditioningKey>, (x: NetworkInputs, c: Condition) => NetworkInputs>> = {
  concat: (inputs, { cConcat }) => joined(inputs, cConcat),
  crossattn: (inputs, { cCrossattn }) => ({ ...inputs, context: given('crossattn', 'a context', cCrossattn) }),
  hybrid: (inputs, { cConcat, cCrossattn }) => ({
    ...joined(inputs, cConcat),
    context: given('hybrid', 'a context', cCrossattn),
  }),
  adm: (inputs, { cAdm }) => ({ ...inputs, y: given('adm', 'class labels', cAdm) }),
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
   * @throws ShapeError when the condition is not the one that `conditioning_key` takes; UserError when, joined to the
   * image, it has other channels than the network was made for
   */
  forward(x: tf.Tensor4D, t: tf.Tensor1D, condition: Condition = {}): tf.Tensor4D {
    const inputs = { x, timesteps: t };
    const { conditioningKey: key } = this;
    if (key === null) return this.#network.forward(inputs);
    return tf.tidy(() => {
      const joint = conditioned[key](inputs, condition);
      this.#checkChannels(x, joint.x);
      return this.#network.forward(joint);
    });
  }

  /** How many channels a condition has is often for the data to say, so that no configuration can be checked for it. */
  #checkChannels(x: tf.Tensor4D, { shape: [, , , joint] }: tf.Tensor4D): void {
    const { inChannels = joint } = this.#network;
    const [, , , own] = x.shape;
    if (joint === inChannels) return;
    throw new UserError({
      path: 'model.params.unet_config.params.in_channels',
      problem: 'the network takes another number of channels than it is given',
      found: `${own} channels of the noisy image and ${joint - own} of the condition`,
      expected: `${inChannels} in all; a mask that is joined by itself is not supported yet`,
    });
  }
}

function joined({ x, ...inputs }: NetworkInputs, cConcat: tf.Tensor4D | undefined): NetworkInputs {
  const image = given('concat and hybrid', 'an image', cConcat);
  if (!tf.util.arraysEqual(image.shape.slice(0, 3), x.shape.slice(0, 3))) {
    const expected = `a condition [${x.shape.slice(0, 3).join(', ')}, C] to join to the noisy image`;
    throw new ShapeError('DiffusionWrapper', expected, `[${image.shape.join(', ')}]`);
  }
  return { ...inputs, x: tf.concat([x, image], -1) };
}

function given<T>(key: string, what: string, value: T | undefined): T {
  if (value === undefined) throw new ShapeError('DiffusionWrapper', `${what} for conditioning_key ${key}`, 'none');
  return value;
}
