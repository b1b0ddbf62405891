import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type ExampleCalls, type Methods } from '../nn/index.js';
import type { Quantized } from '../models/autoencoder/vector-quantizer.js';
import { VQNetwork } from './vq-network.js';

export interface VQModelOutput extends Omit<Quantized, 'quant'> {
  /** `[N, H, W, out_ch]`. */
  readonly reconstruction: tf.Tensor4D;
}

/**
 * The autoencoder with a codebook (Esser et al. 2021, "Taming Transformers", section 3.1; Rombach et al. 2022, section
 * 3.1, "VQ-reg."; `ldm.models.autoencoder.VQModel`), with its weights' names.
 */
export class VQModel extends VQNetwork {
  /** @param x `[N, H, W, in_channels]`, in [-1, 1] */
  encode(x: tf.Tensor4D): Quantized {
    return this.quantized(x);
  }

  /** `[N, h, w, embed_dim]` to `[N, f h, f w, out_ch]`. */
  decode(quant: tf.Tensor4D): tf.Tensor4D {
    return this.decodeLatent(quant);
  }

  /**
   * Decodes indices. The published `decode_code` calls a method of the codebook that there is not; this is what its
   * name says.
   * @param indices `[N, h, w]`, as `encode` returns them with `sane_index_shape`
   */
  decodeCode(indices: tf.Tensor): tf.Tensor4D {
    return tf.tidy(() => this.decode(this.quantize.getCodebookEntry(indices) as tf.Tensor4D));
  }

  /** Encodes and decodes `[N, H, W, in_channels]`, in [-1, 1]. */
  forward(x: tf.Tensor4D): VQModelOutput {
    return tf.tidy(() => {
      const { quant, codebookLoss, indices } = this.encode(x);
      return { reconstruction: this.decode(quant), codebookLoss, indices };
    });
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { input: { shape: this.encoder.exampleShape } } };
  }

  override methods(): Methods {
    return {
      encode: (inputs) => {
        const { quant, codebookLoss, indices } = this.encode(inputsOf(inputs, ['x']).x as tf.Tensor4D);
        return { quant, codebook_loss: codebookLoss, indices };
      },
      encode_to_prequant: (inputs) => this.encodeToPrequant(inputsOf(inputs, ['x']).x as tf.Tensor4D),
      decode: (inputs) => this.decode(inputsOf(inputs, ['quant']).quant as tf.Tensor4D),
      decode_code: (inputs) => this.decodeCode(inputsOf(inputs, ['code_b']).code_b),
      forward: (inputs) => {
        const { reconstruction, codebookLoss, indices } = this.forward(
          inputsOf(inputs, ['input']).input as tf.Tensor4D,
        );
        return { y: reconstruction, codebook_loss: codebookLoss, indices };
      },
    };
  }
}
