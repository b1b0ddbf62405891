import * as tf from '@tensorflow/tfjs-core';
import { withGradients, withoutRecording } from '../autodiff/index.js';
import { ShapeError } from '../errors.js';
import { Module, type WeightsReader } from '../nn/index.js';
import { adaptiveWeight } from './adaptive-weight.js';
import { adoptWeight } from './adopt-weight.js';
import { discriminatorLosses } from './discriminator-losses.js';
import {
  prefixed,
  type GeneratorStep,
  type LastLayerGradient,
  type LossValue,
  type NamedScalars,
  type ReconstructedBatch,
} from './loss-steps.js';
import { LPIPS } from './lpips.js';
import { lpipsFilesIn } from './lpips-files.js';
import { loadPretrainedLpips } from './lpips-weights.js';
import { NLayerDiscriminator } from './n-layer-discriminator.js';
import { scalarGradients } from './scalar-gradients.js';

/** What both losses' parameters have. */
export interface AdversarialOptions {
  readonly disc_start: number;
  readonly disc_num_layers: number;
  readonly disc_in_channels: number;
  readonly disc_ndf?: number;
  readonly disc_factor: number;
  readonly disc_weight: number;
  readonly perceptual_weight: number;
  readonly use_actnorm: boolean;
  readonly disc_conditional: boolean;
  readonly disc_loss: keyof typeof discriminatorLosses;
  readonly lpips_weights: string;
}

/** The reconstruction's part of the autoencoder's loss, and what else is logged of it. */
export type ReconstructionTerms = NamedScalars & { readonly nll_loss: tf.Scalar };

/** The autoencoder's loss but for what the encoder adds to it. */
export type GeneratorTerms = {
  /** `nll_loss + d_weight * disc_factor * g_loss` */
  readonly loss: tf.Scalar;
  /** The reconstruction's terms, and `d_weight`, `disc_factor`, `g_loss`. */
  readonly logged: NamedScalars;
};

export interface AdversarialStepOptions {
  readonly lastLayer: LastLayerGradient;
  /** What the reconstruction's terms depend on beside the reconstructions. */
  readonly parameters?: readonly tf.Tensor[];
  /** False where the adversarial term never counts: its weight is then 0. */
  readonly isAdversarial?: boolean;
}

/**
 * What the losses of the first stages share: LPIPS, a patch discriminator, and the training steps of both sides (Esser
 * et al. 2021, section 3.1). Where it does not count, there is no LPIPS. It stays in evaluation, as the published
 * `LPIPS().eval()` means it to; there, a trainer that calls `train()` on the autoencoder puts its dropout back on.
 */
export abstract class AdversarialLoss<Batch extends ReconstructedBatch = ReconstructedBatch> extends Module {
  /** Absent where `perceptual_weight` is 0. */
  readonly perceptualLoss: LPIPS | undefined;
  readonly discriminator: NLayerDiscriminator;
  readonly #options: AdversarialOptions;
  readonly #readWeights: WeightsReader | undefined;

  /** @param readWeights reads the weights of LPIPS; absent, they are random until they are loaded, as for tests */
  constructor(options: AdversarialOptions, readWeights?: WeightsReader) {
    super();
    this.#options = options;
    this.#readWeights = readWeights;
    if (options.perceptual_weight > 0) this.perceptualLoss = this.child('perceptual_loss', new LPIPS().eval());
    const { disc_in_channels, disc_ndf, disc_num_layers, use_actnorm } = options;
    this.discriminator = this.child(
      'discriminator',
      new NLayerDiscriminator({
        inChannels: disc_in_channels,
        ndf: disc_ndf,
        nLayers: disc_num_layers,
        useActnorm: use_actnorm,
      }),
    );
  }

  override train(training = true): this {
    super.train(training);
    this.perceptualLoss?.eval();
    return this;
  }

  /**
   * Reads the weights of LPIPS from the folder `lpips_weights`; none are needed where `perceptual_weight` is 0.
   * @throws FileError for files that are not there: names what to fetch and where to put it
   */
  override loadPretrained(): void {
    if (!this.perceptualLoss || !this.#readWeights) return;
    loadPretrainedLpips(this.perceptualLoss, lpipsFilesIn(this.#options.lpips_weights), this.#readWeights);
  }

  /** What the reconstructions of a batch cost. */
  protected abstract reconstructionTerms(batch: Batch): ReconstructionTerms;

  /** The autoencoder's loss in training with its gradients at the reconstructions and at what else it depends on. */
  abstract generatorStep(batch: Batch & { readonly lastLayer: LastLayerGradient }): GeneratorStep<string>;

  /** What the gradients of {@link generatorStep} are taken at, by their names; what has none is left out. */
  protected abstract gradientPoints(batch: Batch): Readonly<Record<string, tf.Tensor | undefined>>;

  /** The autoencoder's whole loss, with what the encoder adds to it. */
  protected abstract combined(batch: Batch, terms: GeneratorTerms): LossValue;

  /**
   * The autoencoder's loss in training as a scalar to take the gradients of: {@link generatorStep} with its gradients on
   * the tape, so that the way back through the network is gone once.
   */
  trainedLoss(batch: Batch & { readonly lastLayer: LastLayerGradient }): LossValue {
    const { loss, log, gradients } = withoutRecording(() => this.generatorStep(batch));
    const points = Object.entries(this.gradientPoints(batch)).flatMap(([name, point]) => {
      const gradient = gradients[name];
      return point && gradient ? [{ point, gradient }] : [];
    });
    const trained = withGradients(
      loss,
      points.map(({ point }) => point),
      points.map(({ gradient }) => gradient),
    );
    tf.dispose([loss, gradients]);
    return { loss: trained, log };
  }

  /** The autoencoder's loss in evaluation: without gradients there is no adaptive weight, and it counts as 0. */
  generatorLoss(batch: Batch): LossValue {
    return tf.tidy(() => {
      const terms = this.reconstructionTerms(batch);
      return this.combined(batch, this.#weighed(batch, terms, this.#adversary(batch), tf.scalar(0)));
    });
  }

  /** The discriminator's loss, of the inputs first and then of the reconstructions. */
  discriminatorLoss({ inputs, reconstructions, globalStep, cond, split = 'train' }: ReconstructedBatch): LossValue {
    return tf.tidy(() => {
      const real = this.#judge(inputs, cond);
      const fake = this.#judge(reconstructions, cond);
      const lossOf = discriminatorLosses[this.#options.disc_loss];
      const loss = tf.mul<tf.Scalar>(lossOf(real, fake), this.#discFactorAt(globalStep));
      const logged = { disc_loss: tf.clone(loss), logits_real: tf.mean(real), logits_fake: tf.mean(fake) };
      return { loss, log: prefixed(split, logged as NamedScalars) };
    });
  }

  /** The error of each value, `[N, H, W, C]`, with the perceptual distance added; the mean of that distance. */
  protected withPerceptual(
    pixelError: tf.Tensor4D,
    { inputs, reconstructions }: ReconstructedBatch,
  ): { readonly rec: tf.Tensor4D; readonly p: tf.Scalar } {
    if (!this.perceptualLoss) return { rec: pixelError, p: tf.scalar(0) };
    const distance = this.perceptualLoss.forward(inputs, reconstructions);
    const weighed = tf.mul(distance, this.#options.perceptual_weight);
    return { rec: tf.add(pixelError, weighed), p: tf.mean(distance) };
  }

  /**
   * The terms in training with the gradients at the reconstructions and then at `parameters`. Each of the two terms is
   * taken back to the reconstructions once, weighed there by what it makes of the last layer, and summed: the autoencoder
   * itself then has a single backward pass.
   */
  protected adversarialStep(
    batch: Batch,
    { lastLayer, parameters = [], isAdversarial = true }: AdversarialStepOptions,
  ): GeneratorTerms & { readonly gradients: tf.Tensor[] } {
    const { reconstructions, globalStep } = batch;
    return tf.tidy(() => {
      const reconstruction = scalarGradients(
        () => this.reconstructionTerms(batch),
        [reconstructions, ...parameters],
        ['nll_loss'],
      );
      if (!isAdversarial) {
        const combined = this.#weighed(batch, reconstruction.values, this.#adversary(batch), tf.scalar(0));
        return { ...combined, gradients: reconstruction.gradients.nll_loss };
      }
      const adversary = scalarGradients(() => ({ g_loss: this.#adversary(batch) }), [reconstructions], ['g_loss']);
      const [ofNll, ...atParameters] = reconstruction.gradients.nll_loss as [tf.Tensor4D, ...tf.Tensor[]];
      const [ofAdversary] = adversary.gradients.g_loss as [tf.Tensor4D];
      const ratio = adaptiveWeight(lastLayer(ofNll), lastLayer(ofAdversary));
      const dWeight = tf.mul<tf.Scalar>(ratio, this.#options.disc_weight);
      const weighed = tf.mul(ofAdversary, tf.mul(dWeight, this.#discFactorAt(globalStep)));
      return {
        ...this.#weighed(batch, reconstruction.values, adversary.values.g_loss, dWeight),
        gradients: [tf.add(ofNll, weighed), ...atParameters],
      };
    });
  }

  #weighed(
    { globalStep }: ReconstructedBatch,
    terms: ReconstructionTerms,
    gLoss: tf.Scalar,
    dWeight: tf.Scalar,
  ): GeneratorTerms {
    const discFactor = this.#discFactorAt(globalStep);
    return {
      loss: tf.add(terms.nll_loss, tf.mul(tf.mul(dWeight, discFactor), gLoss)),
      logged: { ...terms, d_weight: dWeight, disc_factor: tf.scalar(discFactor), g_loss: gLoss },
    };
  }

  /** How little the discriminator takes the reconstructions for real: the mean of its logits, negative. */
  #adversary({ reconstructions, cond }: ReconstructedBatch): tf.Scalar {
    return tf.tidy(() => tf.neg(tf.mean<tf.Scalar>(this.#judge(reconstructions, cond))));
  }

  #judge(images: tf.Tensor4D, cond: tf.Tensor4D | undefined): tf.Tensor4D {
    const { disc_conditional: isConditional } = this.#options;
    if (isConditional !== (cond !== undefined)) {
      const expected = isConditional
        ? 'a condition (disc_conditional: true)'
        : 'no condition (disc_conditional: false)';
      throw new ShapeError('the discriminator', expected, cond ? `one of [${cond.shape.join(', ')}]` : 'none');
    }
    return this.discriminator.forward(cond ? tf.concat([images, cond], 3) : images);
  }

  #discFactorAt(globalStep: number): number {
    return adoptWeight(this.#options.disc_factor, globalStep, this.#options.disc_start);
  }
}
