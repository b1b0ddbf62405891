import * as tf from '@tensorflow/tfjs-core';
import { flagOf, inputsOf, type ExampleCalls, type Methods } from '../nn/index.js';
import { VQNetwork } from './vq-network.js';

/**
 * VQModel as the first stage of latent diffusion: the codebook is a part of the decoder, so that the latent images are
 * those before it (`ldm.models.autoencoder.VQModelInterface`).
 */
export class VQModelInterface extends VQNetwork {
  /** `[N, H, W, in_channels]`, in [-1, 1], to `[N, H / f, W / f, embed_dim]` with f = 2^(levels - 1). */
  encode(x: tf.Tensor4D): tf.Tensor4D {
    return this.encodeToPrequant(x);
  }

  /**
   * @param h `[N, h, w, embed_dim]`
   * @param forceNotQuantize decode `h` as it is, not the nearest codes
   * @returns `[N, f h, f w, out_ch]`
   */
  decode(h: tf.Tensor4D, { forceNotQuantize = false }: { forceNotQuantize?: boolean } = {}): tf.Tensor4D {
    return tf.tidy(() => this.decodeLatent(forceNotQuantize ? h : this.quantize.forward(h).quant));
  }

  override exampleCalls(): ExampleCalls {
    const latent = [...this.decoder.exampleShape.slice(0, -1), this.quantize.params.e_dim];
    return { encode: { x: { shape: this.encoder.exampleShape } }, decode: { h: { shape: latent } } };
  }

  override methods(): Methods {
    return {
      encode: (inputs) => this.encode(inputsOf(inputs, ['x']).x as tf.Tensor4D),
      decode: (inputs) => {
        const { h, force_not_quantize: force } = inputsOf(inputs, ['h'], ['force_not_quantize']);
        return this.decode(h as tf.Tensor4D, { forceNotQuantize: flagOf(force, false) });
      },
    };
  }
}
