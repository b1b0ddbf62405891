import * as tf from '@tensorflow/tfjs-core';
import { Embedding, inputsOf, Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { classEmbedderParams, type ClassEmbedderParamsInput } from './class-embedder.params.js';

/**
 * A learned vector for each class, as a sequence of one for cross-attention
 * (`ldm.modules.encoders.modules.ClassEmbedder`).
 */
export class ClassEmbedder extends Module {
  /** The name of the labels in a batch. */
  readonly key: string;
  /** How many classes it takes labels of. */
  readonly numClasses: number;
  readonly #embedding: Embedding;

  constructor(given: ClassEmbedderParamsInput) {
    super();
    const { n_classes: classes, embed_dim: dimensions, key } = withDefaults(classEmbedderParams, given);
    this.key = key;
    this.numClasses = classes;
    this.#embedding = this.child('embedding', new Embedding(classes, dimensions));
  }

  /**
   * @param labels int32 `[N]`, in `0 .. n_classes - 1`
   * @returns `[N, 1, embed_dim]`
   */
  forward(labels: tf.Tensor): tf.Tensor3D {
    return tf.tidy(() => tf.expandDims<tf.Tensor3D>(this.#embedding.forward(labels), 1));
  }

  encode(labels: tf.Tensor): tf.Tensor3D {
    return this.forward(labels);
  }

  /** As published, `forward` takes a batch: its labels lie under `key`. */
  override exampleCalls(): ExampleCalls {
    return { forward: { [this.key]: { shape: [1], dtype: 'int32' } } };
  }

  override methods(): Methods {
    return { forward: (batch) => this.forward(inputsOf(batch, [this.key])[this.key] as tf.Tensor) };
  }
}
