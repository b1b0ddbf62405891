import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type Methods, type WeightsReader } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { AdversarialLoss, type GeneratorTerms, type ReconstructionTerms } from './adversarial-loss.js';
import {
  batchOf,
  flat,
  prefixed,
  type GeneratorStep,
  type LastLayerGradient,
  type LossValue,
  type NamedScalars,
  type ReconstructedBatch,
} from './loss-steps.js';
import { measurePerplexity } from './measure-perplexity.js';
import { pixelErrors } from './pixel-errors.js';
import {
  vqLPIPSWithDiscriminatorParams,
  type VQLPIPSWithDiscriminatorParams,
  type VQLPIPSWithDiscriminatorParamsInput,
} from './vq-lpips-with-discriminator.params.js';

/** What an autoencoder with a codebook makes of a batch. */
export interface QuantizedBatch extends ReconstructedBatch {
  /** The quantizer's loss, of any shape: its mean counts. Zero where not given. */
  readonly codebookLoss?: tf.Tensor | undefined;
  /** The codes chosen, int32, to log how evenly the codebook is used. */
  readonly predictedIndices?: tf.Tensor | undefined;
  /** How many codes there are; needed to log their use where `n_classes` does not say it. */
  readonly codes?: number | undefined;
}

/**
 * The loss of the vector-quantized autoencoders, `taming.modules.losses.vqperceptual.VQLPIPSWithDiscriminator` (Esser et
 * al. 2021, section 3.1) with what `ldm.modules.losses.vqperceptual` added: the mean pixel error with LPIPS added to it,
 * the codebook's loss, and a patch discriminator, weighed adaptively.
 */
export class VQLPIPSWithDiscriminator extends AdversarialLoss<QuantizedBatch> {
  readonly #params: VQLPIPSWithDiscriminatorParams;

  constructor(given: VQLPIPSWithDiscriminatorParamsInput, readWeights?: WeightsReader) {
    const params = withDefaults(vqLPIPSWithDiscriminatorParams, given);
    super(params, readWeights);
    this.#params = params;
  }

  /** The autoencoder's loss in training with its gradients at the reconstructions and at the codebook loss. */
  override generatorStep(
    batch: QuantizedBatch & { readonly lastLayer: LastLayerGradient },
  ): GeneratorStep<'reconstructions' | 'codebookLoss'> {
    return tf.tidy(() => {
      const { codebookLoss = tf.scalar(0), lastLayer } = batch;
      const { gradients, ...terms } = this.adversarialStep(batch, { lastLayer });
      const [reconstructions] = gradients as [tf.Tensor];
      const atCodebookLoss = tf.fill(codebookLoss.shape, this.#params.codebook_weight / codebookLoss.size);
      return { ...this.combined(batch, terms), gradients: { reconstructions, codebookLoss: atCodebookLoss } };
    });
  }

  /** The losses by tensors: `generator` and `discriminator` in place of the published `optimizer_idx` 0 and 1. */
  override methods(): Methods {
    const required = ['inputs', 'reconstructions', 'global_step'] as const;
    return {
      generator: (given) => {
        const inputs = inputsOf(given, required, ['codebook_loss', 'predicted_indices', 'cond']);
        const { codebook_loss: codebookLoss, predicted_indices: predictedIndices } = inputs;
        return flat(this.generatorLoss({ ...batchOf(inputs), codebookLoss, predictedIndices }));
      },
      discriminator: (given) => flat(this.discriminatorLoss(batchOf(inputsOf(given, required, ['cond'])))),
    };
  }

  protected override gradientPoints({
    reconstructions,
    codebookLoss,
  }: QuantizedBatch): Record<string, tf.Tensor | undefined> {
    return { reconstructions, codebookLoss };
  }

  protected override reconstructionTerms(batch: ReconstructedBatch): ReconstructionTerms {
    return tf.tidy(() => {
      const error = pixelErrors[this.#params.pixel_loss](batch.inputs, batch.reconstructions);
      const { rec, p } = this.withPerceptual(error, batch);
      const nll = tf.mean<tf.Scalar>(rec);
      return { nll_loss: nll, rec_loss: tf.clone(nll), p_loss: p };
    });
  }

  protected override combined(batch: QuantizedBatch, { loss, logged }: GeneratorTerms): LossValue {
    const { codebookLoss, split = 'train' } = batch;
    const quantLoss = codebookLoss ? tf.mean<tf.Scalar>(codebookLoss) : tf.scalar(0);
    const total = tf.add<tf.Scalar>(loss, tf.mul(quantLoss, this.#params.codebook_weight));
    const log = { total_loss: tf.clone(total), quant_loss: quantLoss, ...logged, ...this.#codebookUse(batch) };
    return { loss: total, log: prefixed(split, log) };
  }

  #codebookUse({ predictedIndices, codes }: QuantizedBatch): NamedScalars {
    if (!predictedIndices) return {};
    const classes = this.#params.n_classes ?? codes;
    if (classes === undefined)
      throw new Error('predictedIndices: set n_classes, the size of the codebook, to log its use');
    const { perplexity, clusterUsage } = measurePerplexity(predictedIndices, classes);
    return { perplexity: tf.scalar(perplexity), cluster_usage: tf.scalar(clusterUsage) };
  }
}
