import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module, type InitialWeights } from '../../nn/index.js';
import { colorizeBuffer } from './colorize-buffer.js';
import { Decoder } from './decoder.js';
import { Encoder } from './encoder.js';
import { initialWeightsOf, type FirstStageWeights } from './first-stage.params.js';
import { VectorQuantizer } from './vector-quantizer.js';
import type { VQModelOptions } from './vq-model.params.js';

/** What VQModel and VQModelInterface are made of: they differ in what they call encoding and decoding. */
export abstract class VQNetwork extends Module {
  readonly encoder: Encoder;
  readonly decoder: Decoder;
  readonly loss: Module | undefined;
  readonly quantize: VectorQuantizer;
  readonly #weights: FirstStageWeights;
  readonly #quantConv: Conv2d;
  readonly #postQuantConv: Conv2d;

  /** @throws RangeError with `double_z`; FileError where the file of `remap` is no list of codes */
  constructor({ ddconfig, embed_dim: channels, colorize_nlabels: labels, loss, ema, ...options }: VQModelOptions) {
    super();
    this.#weights = options;
    if (ddconfig.double_z !== false) throw new RangeError('VQModel: expected double_z: false, found true');
    if (labels) this.parameter('colorize', colorizeBuffer(labels));
    const pointwise = { kernelSize: 1 };
    const { n_embed: n_e, remap, sane_index_shape } = options;
    this.encoder = this.child('encoder', new Encoder(ddconfig));
    this.decoder = this.child('decoder', new Decoder(ddconfig));
    this.loss = loss && this.child('loss', loss);
    this.quantize = this.child('quantize', new VectorQuantizer({ n_e, e_dim: channels, remap, sane_index_shape }));
    this.#quantConv = this.child('quant_conv', new Conv2d(ddconfig.z_channels, channels, pointwise));
    this.#postQuantConv = this.child('post_quant_conv', new Conv2d(channels, ddconfig.z_channels, pointwise));
    if (ema) this.child('model_ema', ema(this));
  }

  override initialWeights(): InitialWeights | undefined {
    return initialWeightsOf(this.#weights);
  }

  /**
   * The latent images before they are quantized.
   * @param x `[N, H, W, in_channels]`, in [-1, 1]
   * @returns `[N, H / f, W / f, embed_dim]` with f = 2^(levels - 1)
   */
  encodeToPrequant(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.#quantConv.forward(this.encoder.forward(x)));
  }

  /** `[N, h, w, embed_dim]` as they are to images `[N, f h, f w, out_ch]`. */
  protected decodeQuantized(quant: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.decoder.forward(this.#postQuantConv.forward(quant)));
  }
}
