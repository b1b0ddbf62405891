import * as tf from '@tensorflow/tfjs-core';
import { vjp, withoutRecording } from '../autodiff/index.js';
import { UserError } from '../errors.js';
import { AdversarialLoss, type LastLayerGradient, type LossValue, type ReconstructedBatch } from '../losses/index.js';
import type { Decoder } from '../models/autoencoder/decoder.js';
import type { Module } from '../nn/index.js';

/** What an autoencoder made of a batch, and what its loss is given of the encoder beside. */
export type Reconstructed<Terms> = ReconstructedBatch & Terms;

/**
 * The two sides of training an autoencoder against a discriminator (Esser et al. 2021, section 3.1).
 * @typeParam Terms what the loss is given of the encoder
 */
export class AdversarialTraining<Terms extends object> {
  readonly #decoder: Decoder;
  readonly #loss: Module | undefined;

  constructor(decoder: Decoder, loss: Module | undefined) {
    this.#decoder = decoder;
    this.#loss = loss;
  }

  /**
   * The autoencoder's loss, to take the gradients of.
   * @param features what the decoder's last layer made the reconstructions of: how much the adversarial term counts is
   *   decided at that layer
   * @throws UserError where there is no loss to train by, as all that follow
   */
  autoencoderLoss(batch: Reconstructed<Terms>, features: tf.Tensor4D): LossValue {
    return this.#withLastLayer(features, (lastLayer) => this.#trainedBy.trainedLoss({ ...batch, lastLayer }));
  }

  /** The discriminator's loss, to take the gradients of. */
  discriminatorLoss(batch: ReconstructedBatch): LossValue {
    return this.#trainedBy.discriminatorLoss(batch);
  }

  /** The autoencoder's loss where nothing is trained. */
  evaluatedLoss(batch: Reconstructed<Terms>): LossValue {
    return this.#trainedBy.generatorLoss(batch);
  }

  /** Hands the last layer's own backward pass to `f`. */
  #withLastLayer<T>(features: tf.Tensor4D, f: (lastLayer: LastLayerGradient) => T): T {
    const layer = withoutRecording(() =>
      vjp(() => [this.#decoder.toImages(features)], [this.#decoder.lastWeight.value]),
    );
    try {
      return f((dy) => layer.pullback([dy])[0] as tf.Tensor);
    } finally {
      layer.dispose();
      tf.dispose([...layer.values]);
    }
  }

  get #trainedBy(): AdversarialLoss<Reconstructed<Terms>> {
    if (this.#loss instanceof AdversarialLoss) return this.#loss as AdversarialLoss<Reconstructed<Terms>>;
    throw new UserError({
      path: 'model.params.lossconfig',
      problem: 'there is no loss to train this autoencoder by',
      expected: 'LPIPSWithDiscriminator for AutoencoderKL, VQLPIPSWithDiscriminator for VQModel',
    });
  }
}
