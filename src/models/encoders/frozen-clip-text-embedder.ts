import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type ExampleCalls, type Methods, type WeightsReader } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { PretrainedClip } from './clip/pretrained-clip.js';
import { encodeText, type TextOrTokens } from './encode-text.js';
import {
  frozenClipTextEmbedderParams,
  type FrozenClipTextEmbedderParams,
  type FrozenClipTextEmbedderParamsInput,
} from './frozen-clip-text-embedder.params.js';
import { ClipTokenizer } from './tokenizers/clip-tokenizer.js';

/**
 * Each text as one vector, by CLIP's text tower (`ldm.modules.encoders.modules.FrozenCLIPTextEmbedder`). It is frozen by
 * whoever trains with it: `cond_stage_trainable: false`.
 */
export class FrozenCLIPTextEmbedder extends PretrainedClip {
  readonly params: FrozenClipTextEmbedderParams;
  readonly takesTexts = true;
  readonly #tokenizer: ClipTokenizer;

  constructor(given: FrozenClipTextEmbedderParamsInput, readWeights: WeightsReader) {
    const params = withDefaults(frozenClipTextEmbedderParams, given);
    super(params, readWeights);
    this.params = params;
    this.#tokenizer = new ClipTokenizer(params.tokenizer, this.model.sizes.contextLength);
  }

  /**
   * @param tokens int32 `[N, 77]`
   * @returns `[N, embedDim]`, of length 1 with `normalize`
   * @throws ShapeError when there are more or fewer tokens
   */
  forward(tokens: tf.Tensor): tf.Tensor2D {
    return tf.tidy(() => {
      const vectors = this.model.encodeText(tokens);
      return this.params.normalize ? tf.div(vectors, tf.norm(vectors, 'euclidean', 1, true)) : vectors;
    });
  }

  /**
   * @param input texts, or tokens int32 `[N, 77]`
   * @returns `[N, n_repeat, embedDim]`
   * @throws FileError when the tokenizer's file is missing
   */
  encode(input: TextOrTokens): tf.Tensor3D {
    return encodeText('FrozenCLIPTextEmbedder', input, this.#tokenizer, (tokens) =>
      tf.tidy(() => tf.tile(tf.expandDims<tf.Tensor3D>(this.forward(tokens), 1), [1, this.params.n_repeat, 1])),
    );
  }

  /** `text` is tokens here: files have no texts. */
  override exampleCalls(): ExampleCalls {
    return { forward: { text: { shape: [1, this.model.sizes.contextLength], dtype: 'int32' } } };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => this.forward(inputsOf(inputs, ['text']).text),
      encode: (inputs) => this.encode(inputsOf(inputs, ['text']).text),
    };
  }
}
