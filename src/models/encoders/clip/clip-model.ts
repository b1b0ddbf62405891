import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../../errors.js';
import { Embedding, LayerNorm, Module, normal, type Parameter } from '../../../nn/index.js';
import type { ClipSizes } from './clip-sizes.js';
import { Transformer } from './transformer.js';
import { VisionTransformer } from './vision-transformer.js';

/** Published first value of `logit_scale`: the logarithm of 1 / 0.07. */
const LOGIT_SCALE = Math.log(1 / 0.07);

/**
 * CLIP: texts and images to vectors that lie close where they belong together (Radford et al. 2021, section 2;
 * `clip.model.CLIP` with an image transformer).
 */
export class ClipModel extends Module {
  readonly sizes: ClipSizes;
  readonly #visual: VisionTransformer;
  readonly #transformer: Transformer;
  readonly #tokens: Embedding;
  readonly #positions: Parameter;
  readonly #normAfter: LayerNorm;
  readonly #textProjection: Parameter;

  constructor(sizes: ClipSizes) {
    super();
    this.sizes = sizes;
    const { contextLength, vocabSize, textWidth, textLayers, embedDim } = sizes;
    this.#positions = this.parameter('positional_embedding', { shape: [contextLength, textWidth], init: normal(0.01) });
    const projection = { shape: [textWidth, embedDim], init: normal(textWidth ** -0.5) };
    this.#textProjection = this.parameter('text_projection', projection);
    this.parameter('logit_scale', { shape: [], init: () => tf.scalar(LOGIT_SCALE) });
    this.#visual = this.child('visual', new VisionTransformer(sizes));
    this.#transformer = this.child('transformer', new Transformer(textWidth, textLayers));
    this.#tokens = this.child('token_embedding', new Embedding(vocabSize, textWidth, 0.02));
    this.#normAfter = this.child('ln_final', new LayerNorm(textWidth));
  }

  /**
   * @param tokens int32 `[N, contextLength]`; the highest number of a text, which is that of its end, marks the place
   *   whose vector stands for the text
   * @returns `[N, embedDim]`, of any length
   * @throws ShapeError when there are more or fewer tokens
   */
  encodeText(tokens: tf.Tensor): tf.Tensor2D {
    const { contextLength, textWidth } = this.sizes;
    if (tokens.rank !== 2 || tokens.shape[1] !== contextLength) {
      throw new ShapeError('ClipModel', `tokens [N, ${contextLength}]`, `[${tokens.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const embedded = tf.add<tf.Tensor3D>(this.#tokens.forward(tokens), this.#positions.value);
      const encoded = this.#normAfter.forward(this.#transformer.forward(embedded, causalMask(contextLength)));
      const end = tf.argMax(tokens, -1);
      const atEnd = tf.expandDims<tf.Tensor3D>(tf.oneHot(end, contextLength, 1, 0, 'float32'), 1);
      const summary = tf.reshape<tf.Rank.R2>(tf.matMul(atEnd, encoded), [-1, textWidth]);
      return tf.matMul(summary, this.#textProjection.value);
    });
  }

  /** As VisionTransformer's `forward`. */
  encodeImage(images: tf.Tensor4D): tf.Tensor2D {
    return this.#visual.forward(images);
  }
}

/** Bool `[1, 1, length, length]`: each position may attend to itself and to those before. */
function causalMask(length: number): tf.Tensor {
  const allowed = Uint8Array.from({ length: length ** 2 }, (_, i) => Number(i % length <= Math.floor(i / length)));
  return tf.tensor(allowed, [1, 1, length, length], 'bool');
}
