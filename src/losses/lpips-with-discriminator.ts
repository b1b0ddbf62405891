import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type Methods, type Parameter, type WeightsReader } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { AdversarialLoss, type GeneratorTerms, type ReconstructionTerms } from './adversarial-loss.js';
import {
  batchOf,
  flat,
  prefixed,
  type GeneratorStep,
  type LastLayerGradient,
  type LossValue,
  type ReconstructedBatch,
} from './loss-steps.js';
import {
  lpipsWithDiscriminatorParams,
  type LPIPSWithDiscriminatorParams,
  type LPIPSWithDiscriminatorParamsInput,
} from './lpips-with-discriminator.params.js';
import { pixelErrors } from './pixel-errors.js';

/** What an autoencoder with a Gaussian posterior makes of a batch. */
export interface PosteriorBatch extends ReconstructedBatch {
  /** The KL divergence of each posterior from the standard normal distribution, in nats, `[N]`. */
  readonly kl: tf.Tensor1D;
}

/**
 * The loss of the KL-regularized autoencoders, `ldm.modules.losses.LPIPSWithDiscriminator` (Rombach et al. 2022, appendix
 * G): the Laplacian negative log-likelihood of the images under a trained log-variance `logvar`, LPIPS added to the
 * absolute error; the posterior's KL divergence; and a patch discriminator, weighed adaptively.
 */
export class LPIPSWithDiscriminator extends AdversarialLoss<PosteriorBatch> {
  /** The log-variance of the output, a trained scalar. */
  readonly logvar: Parameter;
  readonly #params: LPIPSWithDiscriminatorParams;

  constructor(given: LPIPSWithDiscriminatorParamsInput, readWeights?: WeightsReader) {
    const params = withDefaults(lpipsWithDiscriminatorParams, given);
    super(params, readWeights);
    this.#params = params;
    this.logvar = this.parameter('logvar', { shape: [], init: () => tf.scalar(params.logvar_init) });
  }

  /** The autoencoder's loss in training with its gradients at the reconstructions, at `kl` and at `logvar`. */
  override generatorStep(
    batch: PosteriorBatch & { readonly lastLayer: LastLayerGradient },
  ): GeneratorStep<'reconstructions' | 'kl' | 'logvar'> {
    const { kl, lastLayer } = batch;
    return tf.tidy(() => {
      const { gradients, ...terms } = this.adversarialStep(batch, {
        lastLayer,
        parameters: [this.logvar.value],
        isAdversarial: this.#params.disc_factor > 0,
      });
      const [reconstructions, logvar] = gradients as [tf.Tensor, tf.Tensor];
      const atKl = tf.fill(kl.shape, this.#params.kl_weight / kl.size);
      return { ...this.combined(batch, terms), gradients: { reconstructions, kl: atKl, logvar } };
    });
  }

  /** The losses by tensors: `generator` and `discriminator` in place of the published `optimizer_idx` 0 and 1. */
  override methods(): Methods {
    const required = ['inputs', 'reconstructions', 'global_step'] as const;
    return {
      generator: (given) => {
        const inputs = inputsOf(given, [...required, 'kl'], ['cond']);
        return flat(this.generatorLoss({ ...batchOf(inputs), kl: inputs.kl as tf.Tensor1D }));
      },
      discriminator: (given) => flat(this.discriminatorLoss(batchOf(inputsOf(given, required, ['cond'])))),
    };
  }

  protected override gradientPoints({ reconstructions, kl }: PosteriorBatch): Record<string, tf.Tensor> {
    return { reconstructions, kl, logvar: this.logvar.value };
  }

  protected override reconstructionTerms(batch: ReconstructedBatch): ReconstructionTerms {
    return tf.tidy(() => {
      const { inputs, reconstructions } = batch;
      const { rec } = this.withPerceptual(pixelErrors.l1(inputs, reconstructions), batch);
      const logvar = this.logvar.value;
      const nll = tf.add(tf.div(rec, tf.exp(logvar)), logvar);
      return { nll_loss: tf.div(tf.sum(nll), inputs.shape[0]), rec_loss: tf.mean(rec) };
    });
  }

  protected override combined({ kl, split = 'train' }: PosteriorBatch, { loss, logged }: GeneratorTerms): LossValue {
    const klLoss = tf.mean<tf.Scalar>(kl);
    const total = tf.add<tf.Scalar>(loss, tf.mul(klLoss, this.#params.kl_weight));
    // A copy: a clone would change with the parameter.
    const logvar = tf.mul<tf.Scalar>(this.logvar.value, 1);
    return { loss: total, log: prefixed(split, { total_loss: tf.clone(total), logvar, kl_loss: klLoss, ...logged }) };
  }
}
