import * as tf from '@tensorflow/tfjs-core';
import { VectorQuantizer, type Quantized } from '../models/autoencoder/vector-quantizer.js';
import { Conv2d } from '../nn/index.js';
import type { LitEma } from '../optim/index.js';
import type { RandomStreams } from '../random/index.js';
import type { TensorBatch } from '../train/lightning-module.js';
import { Autoencoder, type Encoded, type StepLog } from './autoencoder.js';
import { drawnHeight, resized } from './batch-resize.js';
import type { VQModelOptions } from './vq-model.params.js';

/** What the loss is given of a codebook. */
interface CodebookTerms {
  readonly codebookLoss: tf.Tensor;
  readonly predictedIndices: tf.Tensor;
  readonly codes: number;
}

/** What VQModel and VQModelInterface are made of: they differ in what they call encoding and decoding. */
export abstract class VQNetwork extends Autoencoder<CodebookTerms> {
  readonly quantize: VectorQuantizer;
  protected override readonly postQuantConv: Conv2d;
  protected override readonly stepLog: StepLog = { terms: { onStep: true, onEpoch: true } };
  readonly #options: VQModelOptions;
  readonly #quantConv: Conv2d;
  readonly #ema: LitEma | undefined;

  /** @throws RangeError with `double_z`; FileError where the file of `remap` is no list of codes */
  constructor(options: VQModelOptions) {
    const { ddconfig, embed_dim: channels, ema, n_embed: n_e, remap, sane_index_shape } = options;
    if (ddconfig.double_z !== false) throw new RangeError('VQModel: expected double_z: false, found true');
    super(options);
    this.#options = options;
    const pointwise = { kernelSize: 1 };
    this.quantize = this.child('quantize', new VectorQuantizer({ n_e, e_dim: channels, remap, sane_index_shape }));
    this.#quantConv = this.child('quant_conv', new Conv2d(ddconfig.z_channels, channels, pointwise));
    this.postQuantConv = this.child('post_quant_conv', new Conv2d(channels, ddconfig.z_channels, pointwise));
    if (ema) this.#ema = this.child('model_ema', ema(this));
  }

  protected override get ema(): LitEma | undefined {
    return this.#ema;
  }

  protected override isDeterministic(): boolean {
    const { ddconfig, batch_resize_range: range } = this.#options;
    return (ddconfig.dropout ?? 0) === 0 && range == null;
  }

  /**
   * The latent images before they are quantized.
   * @param x `[N, H, W, in_channels]`, in [-1, 1]
   * @returns `[N, H / f, W / f, embed_dim]` with f = 2^(levels - 1)
   */
  encodeToPrequant(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.#quantConv.forward(this.encoder.forward(x)));
  }

  /** The latent images of the codebook's vectors. @param x `[N, H, W, in_channels]`, in [-1, 1] */
  protected quantized(x: tf.Tensor4D): Quantized {
    return tf.tidy(() => this.quantize.forward(this.encodeToPrequant(x)));
  }

  /** With `batch_resize_range`, resized to a height drawn from it; the largest in the first steps, as published. */
  protected override inputsOf(batch: TensorBatch, streams: RandomStreams): tf.Tensor4D {
    const images = this.imagesIn(batch);
    const { batch_resize_range: range } = this.#options;
    if (range == null) return images;
    return resized(images, drawnHeight(range, { step: this.trainer.globalStep, generator: streams.get('resize') }));
  }

  protected override encoded(x: tf.Tensor4D): Encoded<CodebookTerms> {
    const { quant, codebookLoss, indices } = this.quantized(x);
    return { latent: quant, terms: { codebookLoss, predictedIndices: indices, codes: this.#options.n_embed } };
  }

  /** The reconstructions, also those by the averaged weights where they are kept (`reconstructions_ema`). */
  protected override async pictures(inputs: tf.Tensor4D, streams: RandomStreams): Promise<Record<string, tf.Tensor4D>> {
    const own = await super.pictures(inputs, streams);
    const averaged = await this.#ema?.withAveraged(() => this.reconstructed(inputs, streams));
    return { ...own, ...(averaged && { reconstructions_ema: averaged }) };
  }
}
