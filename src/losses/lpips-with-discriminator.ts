import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../autodiff/index.js';
import { inputsOf, type Methods, type Parameter } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { AdversarialLoss, type GeneratorTerms, type ReconstructionTerms } from './adversarial-loss.js';
import { klToStandardNormal } from './kl-to-standard-normal.js';
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
  /** Mean and log-variance of the posterior, `[N, h, w, 2 z]`. */
  readonly moments: tf.Tensor4D;
}

/**
 * The loss of the KL-regularized autoencoders, `ldm.modules.losses.LPIPSWithDiscriminator` (Rombach et al. 2022, appendix
 * G): the Laplacian negative log-likelihood of the images under a trained log-variance `logvar`, LPIPS added to the
 * absolute error; the posterior's KL divergence; and a patch discriminator, weighed adaptively.
 */
export class LPIPSWithDiscriminator extends AdversarialLoss {
  /** The log-variance of the output, a trained scalar. */
  readonly logvar: Parameter;
  readonly #params: LPIPSWithDiscriminatorParams;

  constructor(given: LPIPSWithDiscriminatorParamsInput) {
    const params = withDefaults(lpipsWithDiscriminatorParams, given);
    super(params);
    this.#params = params;
    this.logvar = this.parameter('logvar', { shape: [], init: () => tf.scalar(params.logvar_init) });
  }

  /** The autoencoder's loss in training with its gradients at the reconstructions, the moments and `logvar`. */
  generatorStep(
    batch: PosteriorBatch & { readonly lastLayer: LastLayerGradient },
  ): GeneratorStep<'reconstructions' | 'moments' | 'logvar'> {
    const { moments, lastLayer } = batch;
    return tf.tidy(() => {
      const kl = valueAndGrads(() => klLoss(moments), [moments]);
      const { gradients, ...terms } = this.adversarialStep(batch, () => this.#reconstructionTerms(batch), {
        lastLayer,
        parameters: [this.logvar.value],
        isAdversarial: this.#params.disc_factor > 0,
      });
      const [reconstructions, logvar] = gradients as [tf.Tensor, tf.Tensor];
      const [ofKl] = kl.grads as [tf.Tensor];
      return {
        ...this.#combined(batch, terms, kl.value),
        gradients: { reconstructions, moments: tf.mul(ofKl, this.#params.kl_weight), logvar },
      };
    });
  }

  /** The autoencoder's loss in evaluation: without gradients there is no adaptive weight, and it counts as 0. */
  generatorLoss(batch: PosteriorBatch): LossValue {
    return tf.tidy(() => {
      const terms = this.adversarialTerms(batch, () => this.#reconstructionTerms(batch));
      return this.#combined(batch, terms, klLoss(batch.moments));
    });
  }

  /** The losses by tensors: `generator` and `discriminator` in place of the published `optimizer_idx` 0 and 1. */
  override methods(): Methods {
    const required = ['inputs', 'reconstructions', 'global_step'] as const;
    return {
      generator: (given) => {
        const inputs = inputsOf(given, [...required, 'moments'], ['cond']);
        return flat(this.generatorLoss({ ...batchOf(inputs), moments: inputs.moments as tf.Tensor4D }));
      },
      discriminator: (given) => flat(this.discriminatorLoss(batchOf(inputsOf(given, required, ['cond'])))),
    };
  }

  #reconstructionTerms(batch: ReconstructedBatch): ReconstructionTerms {
    return tf.tidy(() => {
      const { inputs, reconstructions } = batch;
      const { rec } = this.withPerceptual(pixelErrors.l1(inputs, reconstructions), batch);
      const logvar = this.logvar.value;
      const nll = tf.add(tf.div(rec, tf.exp(logvar)), logvar);
      return { nll_loss: tf.div(tf.sum(nll), inputs.shape[0]), rec_loss: tf.mean(rec) };
    });
  }

  #combined({ split = 'train' }: ReconstructedBatch, { loss, logged }: GeneratorTerms, kl: tf.Scalar): LossValue {
    const total = tf.add<tf.Scalar>(loss, tf.mul(kl, this.#params.kl_weight));
    // A copy: a clone would change with the parameter.
    const logvar = tf.mul<tf.Scalar>(this.logvar.value, 1);
    return { loss: total, log: prefixed(split, { total_loss: tf.clone(total), logvar, kl_loss: kl, ...logged }) };
  }
}

function klLoss(moments: tf.Tensor4D): tf.Scalar {
  return tf.tidy(() => tf.mean(klToStandardNormal(moments)));
}
