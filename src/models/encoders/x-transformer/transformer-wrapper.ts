import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../../errors.js';
import { Dropout, Embedding, LayerNorm, Linear, Module } from '../../../nn/index.js';
import { Encoder } from './encoder.js';

export interface TransformerWrapperOptions {
  readonly vocabSize: number;
  /** The most tokens of an input. */
  readonly maxSeqLen: number;
  readonly width: number;
  readonly depth: number;
  /** Probability of dropping a value of the embedded tokens. */
  readonly embeddingDropout?: number;
}

/** The published deviation of the first embeddings. */
const EMBEDDING_DEVIATION = 0.02;

/**
 * Tokens and their positions, both as learned vectors, through a transformer encoder
 * (`ldm.modules.x_transformer.TransformerWrapper`). Of the published one's two results these are the embeddings; its
 * map to logits is part of the weights, and no text encoder uses it.
 */
export class TransformerWrapper extends Module {
  /** The most tokens of an input. */
  readonly maxSeqLen: number;
  readonly #tokens: Embedding;
  readonly #positions: Embedding;
  readonly #dropout: Dropout;
  readonly #layers: Encoder;
  readonly #norm: LayerNorm;

  constructor({ vocabSize, maxSeqLen, width, depth, embeddingDropout = 0 }: TransformerWrapperOptions) {
    super();
    this.maxSeqLen = maxSeqLen;
    this.#tokens = this.child('token_emb', new Embedding(vocabSize, width, EMBEDDING_DEVIATION));
    this.#positions = this.child('pos_emb.emb', new Embedding(maxSeqLen, width, EMBEDDING_DEVIATION));
    this.#dropout = this.child('emb_dropout', new Dropout(embeddingDropout));
    this.#layers = this.child('attn_layers', new Encoder(width, depth));
    this.#norm = this.child('norm', new LayerNorm(width));
    this.child('to_logits', new Linear(width, vocabSize));
  }

  /**
   * @param tokens int32 `[N, T]`, T at most `maxSeqLen`
   * @returns `[N, T, width]`, normalized
   * @throws ShapeError when there are more tokens than positions
   */
  forward(tokens: tf.Tensor): tf.Tensor3D {
    const [, length = 0] = tokens.shape;
    if (tokens.rank !== 2 || length > this.maxSeqLen) {
      const expected = `tokens [N, T], T at most ${this.maxSeqLen}`;
      throw new ShapeError('TransformerWrapper', expected, `[${tokens.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const positions = tf.slice(this.#positions.weight.value, [0, 0], [length, -1]);
      const embedded = tf.add<tf.Tensor3D>(this.#tokens.forward(tokens), positions);
      return this.#norm.forward(this.#layers.forward(this.#dropout.forward(embedded)));
    });
  }
}
