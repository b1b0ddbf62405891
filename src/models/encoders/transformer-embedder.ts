import type * as tf from '@tensorflow/tfjs-core';
import { inputsOf, Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { transformerEmbedderParams, type TransformerEmbedderParamsInput } from './transformer-embedder.params.js';
import { TransformerWrapper } from './x-transformer/transformer-wrapper.js';

/** Tokens of any kind through a transformer encoder (`ldm.modules.encoders.modules.TransformerEmbedder`). */
export class TransformerEmbedder extends Module {
  readonly #transformer: TransformerWrapper;

  constructor(given: TransformerEmbedderParamsInput) {
    super();
    const params = withDefaults(transformerEmbedderParams, given);
    const transformer = new TransformerWrapper({
      vocabSize: params.vocab_size,
      maxSeqLen: params.max_seq_len,
      width: params.n_embed,
      depth: params.n_layer,
    });
    this.#transformer = this.child('transformer', transformer);
  }

  /**
   * @param tokens int32 `[N, T]`, T at most `max_seq_len`
   * @returns `[N, T, n_embed]`
   * @throws ShapeError when there are more tokens than that
   */
  forward(tokens: tf.Tensor): tf.Tensor3D {
    return this.#transformer.forward(tokens);
  }

  encode(tokens: tf.Tensor): tf.Tensor3D {
    return this.forward(tokens);
  }

  override exampleCalls(): ExampleCalls {
    return { forward: { tokens: { shape: [1, this.#transformer.maxSeqLen], dtype: 'int32' } } };
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['tokens']).tokens) };
  }
}
