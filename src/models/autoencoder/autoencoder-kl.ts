import * as tf from '@tensorflow/tfjs-core';
import {
  Conv2d,
  flagOf,
  inputsOf,
  Module,
  type ExampleCalls,
  type InitialWeights,
  type Methods,
} from '../../nn/index.js';
import type { AutoencoderKLOptions } from './autoencoder-kl.params.js';
import { colorizeBuffer } from './colorize-buffer.js';
import { Decoder } from './decoder.js';
import { DiagonalGaussianDistribution } from './diagonal-gaussian.js';
import { Encoder } from './encoder.js';
import { initialWeightsOf, type FirstStageWeights } from './first-stage.params.js';

export interface AutoencoderKLOutput {
  /** `[N, H, W, out_ch]`. */
  readonly reconstruction: tf.Tensor4D;
  readonly posterior: DiagonalGaussianDistribution;
}

/**
 * The variational autoencoder of latent diffusion (Rombach et al. 2022, section 3.1 and appendix G, "KL-reg.";
 * `ldm.models.autoencoder.AutoencoderKL`), with its weights' names.
 */
export class AutoencoderKL extends Module {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly loss: Module | undefined;
  readonly #weights: FirstStageWeights;
  readonly #quantConv: Conv2d;
  readonly #postQuantConv: Conv2d;

  /** @throws RangeError without `double_z`: there would be no variances */
  constructor({ ddconfig, embed_dim: channels, colorize_nlabels: labels, loss, ...options }: AutoencoderKLOptions) {
    super();
    this.#weights = options;
    if (ddconfig.double_z === false) throw new RangeError('AutoencoderKL: expected double_z: true, found false');
    if (labels) this.parameter('colorize', colorizeBuffer(labels));
    const pointwise = { kernelSize: 1 };
    this.encoder = this.child('encoder', new Encoder(ddconfig));
    this.decoder = this.child('decoder', new Decoder(ddconfig));
    this.loss = loss && this.child('loss', loss);
    this.#quantConv = this.child('quant_conv', new Conv2d(2 * ddconfig.z_channels, 2 * channels, pointwise));
    this.#postQuantConv = this.child('post_quant_conv', new Conv2d(channels, ddconfig.z_channels, pointwise));
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
    return tf.tidy(() => this.decoder.forward(this.#postQuantConv.forward(z)));
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

  override initialWeights(): InitialWeights | undefined {
    return initialWeightsOf(this.#weights);
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
