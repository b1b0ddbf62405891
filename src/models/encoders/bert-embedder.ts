import type * as tf from '@tensorflow/tfjs-core';
import { inputsOf, Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { bertEmbedderParams, type BertEmbedderParamsInput } from './bert-embedder.params.js';
import { encodeText, type TextOrTokens } from './encode-text.js';
import { BertTokenizer } from './tokenizers/bert-tokenizer.js';
import type { TextTokenizer } from './tokenizers/text-tokenizer.js';
import { TransformerWrapper } from './x-transformer/transformer-wrapper.js';

/**
 * Texts as BERT's word pieces through a transformer encoder that is trained with the model it conditions
 * (`ldm.modules.encoders.modules.BERTEmbedder`): of BERT it has the tokenizer only. Padding is attended to.
 */
export class BERTEmbedder extends Module {
  /** Whether it takes texts, or tokens alone. */
  readonly takesTexts: boolean;
  /** How many tokens there are. */
  readonly vocabSize: number;
  readonly #tokenizer: TextTokenizer | undefined;
  readonly #transformer: TransformerWrapper;

  constructor(given: BertEmbedderParamsInput) {
    super();
    const params = withDefaults(bertEmbedderParams, given);
    this.takesTexts = params.use_tokenizer;
    this.vocabSize = params.vocab_size;
    if (params.use_tokenizer) this.#tokenizer = new BertTokenizer(params.tokenizer, params.max_seq_len);
    const transformer = new TransformerWrapper({
      vocabSize: params.vocab_size,
      maxSeqLen: params.max_seq_len,
      width: params.n_embed,
      depth: params.n_layer,
      embeddingDropout: params.embedding_dropout,
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

  /**
   * @param input texts, or tokens int32 `[N, T]`
   * @returns `[N, max_seq_len, n_embed]` of texts, `[N, T, n_embed]` of tokens
   * @throws FileError when the tokenizer's file is missing; UserError when there are texts without `use_tokenizer`
   */
  encode(input: TextOrTokens): tf.Tensor3D {
    return encodeText('BERTEmbedder', input, this.#tokenizer, (tokens) => this.forward(tokens));
  }

  /** `text` is tokens here: files have no texts. */
  override exampleCalls(): ExampleCalls {
    return { forward: { text: { shape: [1, this.#transformer.maxSeqLen], dtype: 'int32' } } };
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward(inputsOf(inputs, ['text']).text) };
  }
}
