import type * as tf from '@tensorflow/tfjs-core';
import { inputsOf, Module, type Methods } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { identityFirstStageParams, type IdentityFirstStageParamsInput } from './identity-first-stage.params.js';

/** The first stage of a diffusion in pixel space: latent images are images (`ldm.models.autoencoder.IdentityFirstStage`). */
export class IdentityFirstStage extends Module {
  readonly #vqInterface: boolean;

  constructor(given: IdentityFirstStageParamsInput = {}) {
    super();
    this.#vqInterface = withDefaults(identityFirstStageParams, given).vq_interface;
  }

  /** The images themselves, not a copy, like all that follow. */
  encode(x: tf.Tensor4D): tf.Tensor4D {
    return x;
  }

  decode(x: tf.Tensor4D): tf.Tensor4D {
    return x;
  }

  quantize(x: tf.Tensor4D): tf.Tensor4D | { readonly quant: tf.Tensor4D } {
    return this.#vqInterface ? { quant: x } : x;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return x;
  }

  override methods(): Methods {
    const image = (inputs: Parameters<Methods[string]>[0]) => inputsOf(inputs, ['x']).x as tf.Tensor4D;
    return {
      encode: (inputs) => this.encode(image(inputs)),
      decode: (inputs) => this.decode(image(inputs)),
      quantize: (inputs) => this.quantize(image(inputs)),
      forward: (inputs) => this.forward(image(inputs)),
    };
  }
}
