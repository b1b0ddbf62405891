import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../../errors.js';
import { hwio, LayerNorm, Module, normal, type Parameter } from '../../../nn/index.js';
import type { ClipSizes } from './clip-sizes.js';
import { Transformer } from './transformer.js';

/** CLIP's image tower: a transformer over patches (Dosovitskiy et al. 2020; `clip.model.VisionTransformer`). */
export class VisionTransformer extends Module {
  readonly #resolution: number;
  readonly #patch: number;
  readonly #classEmbedding: Parameter;
  readonly #positions: Parameter;
  readonly #projection: Parameter;
  readonly #patches: Parameter;
  readonly #normBefore: LayerNorm;
  readonly #transformer: Transformer;
  readonly #normAfter: LayerNorm;

  constructor({ imageResolution, patchSize, visionWidth, visionLayers, embedDim }: ClipSizes) {
    super();
    this.#resolution = imageResolution;
    this.#patch = patchSize;
    const width = visionWidth;
    const init = normal(width ** -0.5);
    const positions = (imageResolution / patchSize) ** 2 + 1;
    this.#classEmbedding = this.parameter('class_embedding', { shape: [width], init });
    this.#positions = this.parameter('positional_embedding', { shape: [positions, width], init });
    this.#projection = this.parameter('proj', { shape: [width, embedDim], init });
    const filter = [patchSize, patchSize, 3, width];
    this.#patches = this.parameter('conv1.weight', { shape: filter, init: normal(1 / (patchSize * 3)), layout: hwio });
    this.#normBefore = this.child('ln_pre', new LayerNorm(width));
    this.#transformer = this.child('transformer', new Transformer(width, visionLayers));
    this.#normAfter = this.child('ln_post', new LayerNorm(width));
  }

  /**
   * @param images `[N, resolution, resolution, 3]`, normalized as CLIP's images are
   * @returns `[N, embedDim]`, of any length
   * @throws ShapeError when the images have another size
   */
  forward(images: tf.Tensor4D): tf.Tensor2D {
    const [batch, ...size] = images.shape;
    const wanted = [this.#resolution, this.#resolution, 3];
    if (!tf.util.arraysEqual(size, wanted)) {
      throw new ShapeError('VisionTransformer', `[N, ${wanted.join(', ')}]`, `[${images.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const grid = tf.conv2d(images, this.#patches.value as tf.Tensor4D, this.#patch, 'valid');
      const width = grid.shape[3];
      const patches = tf.reshape<tf.Rank.R3>(grid, [batch, -1, width]);
      const first = tf.tile(tf.reshape<tf.Rank.R3>(this.#classEmbedding.value, [1, 1, width]), [batch, 1, 1]);
      const placed = tf.add<tf.Tensor3D>(tf.concat([first, patches], 1), this.#positions.value);
      const encoded = this.#transformer.forward(this.#normBefore.forward(placed));
      const summary = tf.reshape<tf.Rank.R2>(tf.slice(encoded, [0, 0, 0], [-1, 1, -1]), [batch, width]);
      return tf.matMul(this.#normAfter.forward(summary), this.#projection.value);
    });
  }
}
