import * as tf from '@tensorflow/tfjs-core';
import { DiagonalGaussianDistribution } from '../models/autoencoder/diagonal-gaussian.js';
import { Conv2d, flagOf, inputsOf, type ExampleCalls, type Methods } from '../nn/index.js';
import type { RandomStreams } from '../random/index.js';
import type { TensorBatch } from '../train/lightning-module.js';
import { Autoencoder, type Encoded, type EncodeOptions, type StepLog } from './autoencoder.js';
import type { AutoencoderKLOptions } from './autoencoder-kl.params.js';

export interface AutoencoderKLOutput {
  /** `[N, H, W, out_ch]`. */
  readonly reconstruction: tf.Tensor4D;
  readonly posterior: DiagonalGaussianDistribution;
}

/** What the loss is given of a posterior: its divergence from the standard normal distribution, `[N]`. */
type PosteriorTerms = { readonly kl: tf.Tensor1D };

/**
 * The variational autoencoder of latent diffusion (Rombach et al. 2022, section 3.1 and appendix G, "KL-reg.";
 * `ldm.models.autoencoder.AutoencoderKL`), with its weights' names.
 */
export class AutoencoderKL extends Autoencoder<PosteriorTerms> {
  protected override readonly postQuantConv: Conv2d;
  protected override readonly stepLog: StepLog = {
    losses: ['aeloss', 'discloss'],
    terms: { onStep: true, onEpoch: false },
  };
  readonly #quantConv: Conv2d;

  /** @throws RangeError without `double_z`: there would be no variances */
  constructor({ embed_dim: channels, ...options }: AutoencoderKLOptions) {
    const { ddconfig } = options;
    if (ddconfig.double_z === false) throw new RangeError('AutoencoderKL: expected double_z: true, found false');
    super(options);
    const pointwise = { kernelSize: 1 };
    this.#quantConv = this.child('quant_conv', new Conv2d(2 * ddconfig.z_channels, 2 * channels, pointwise));
    this.postQuantConv = this.child('post_quant_conv', new Conv2d(channels, ddconfig.z_channels, pointwise));
  }

  /**
   * @param x `[N, H, W, in_channels]`, in [-1, 1]
   * @returns a distribution of latent images `[N, H / f, W / f, embed_dim]` with f = 2^(levels - 1)
   */
  encode(x: tf.Tensor4D): DiagonalGaussianDistribution {
    const moments = tf.tidy(() => this.#quantConv.forward(this.encoder.forward(x)));
    const posterior = new DiagonalGaussianDistribution(moments);
    moments.dispose();
    return posterior;
  }

  /** The distribution of these parameters, `[N, h, w, 2 embed_dim]`, which belong to the caller as before. */
  posterior(parameters: tf.Tensor4D): DiagonalGaussianDistribution {
    return new DiagonalGaussianDistribution(parameters);
  }

  /**
   * @param z `[N, h, w, embed_dim]`
   * @returns `[N, f h, f w, out_ch]`
   */
  decode(z: tf.Tensor4D): tf.Tensor4D {
    return this.decodeLatent(z);
  }

  /**
   * Encodes and decodes.
   * @param x `[N, H, W, in_channels]`, in [-1, 1]
   * @param samplePosterior whether what is decoded is drawn from the posterior or is its mode
   */
  forward(x: tf.Tensor4D, samplePosterior = true): AutoencoderKLOutput {
    const posterior = this.encode(x);
    const reconstruction = tf.tidy(() =>
      this.decode(samplePosterior ? posterior.sample(this.random.get('posterior')) : posterior.mode()),
    );
    return { reconstruction, posterior };
  }

  protected override inputsOf(batch: TensorBatch): tf.Tensor4D {
    return this.imagesIn(batch);
  }

  protected override encoded(x: tf.Tensor4D, { streams, samplePosterior }: EncodeOptions): Encoded<PosteriorTerms> {
    const posterior = this.encode(x);
    const latent = samplePosterior ? posterior.sample(streams.get('posterior')) : posterior.mode();
    return { latent, terms: { kl: posterior.kl() } };
  }

  /** Beside the reconstructions images drawn from the prior (`samples`). */
  protected override async pictures(inputs: tf.Tensor4D, streams: RandomStreams): Promise<Record<string, tf.Tensor4D>> {
    const samples = tf.tidy(() => {
      const { shape } = this.encoded(inputs, { streams, samplePosterior: false }).latent;
      return this.decode(streams.get('samples').normal(shape) as tf.Tensor4D);
    });
    return { samples, ...(await super.pictures(inputs, streams)) };
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { input: { shape: this.encoder.exampleShape } } };
  }

  override methods(): Methods {
    return {
      encode: (inputs) => {
        const { mean, logvar } = this.encode(inputsOf(inputs, ['x']).x as tf.Tensor4D);
        return { mean, logvar };
      },
      decode: (inputs) => this.decode(inputsOf(inputs, ['z']).z as tf.Tensor4D),
      forward: (inputs) => {
        const { input, sample_posterior: sample } = inputsOf(inputs, ['input'], ['sample_posterior']);
        const { reconstruction, posterior } = this.forward(input as tf.Tensor4D, flagOf(sample, true));
        return { y: reconstruction, mean: posterior.mean, logvar: posterior.logvar };
      },
    };
  }
}
