import * as tf from '@tensorflow/tfjs-core';
import { withoutRecording } from '../../autodiff/index.js';
import { ShapeError } from '../../errors.js';
import { inputsOf, Module, uniformWithin, type Methods, type Parameter } from '../../nn/index.js';
import { mseLoss } from '../../ops/index.js';
import { withDefaults } from '../../params.js';
import { IndexRemap } from './index-remap.js';
import { usedCodes } from './used-codes.js';
import {
  vectorQuantizerParams,
  type VectorQuantizerParams,
  type VectorQuantizerParamsInput,
} from './vector-quantizer.params.js';

/** What a codebook makes of latent images; of a type that `tf.tidy` returns. */
export type Quantized = {
  /** The nearest codes, `[N, H, W, e_dim]`; their gradient is handed to the input as it is (straight-through). */
  readonly quant: tf.Tensor4D;
  /** The loss that draws the codes to the input and the input to the codes. */
  readonly codebookLoss: tf.Scalar;
  /** Of the nearest codes, int32: `[N H W]`; with remap `[N H W, 1]`; with sane_index_shape `[N, H, W]`. */
  readonly indices: tf.Tensor;
};

/**
 * A codebook: replaces every vector by the nearest of its codes (van den Oord et al. 2017, eq. 1-3;
 * `taming.modules.vqvae.quantize.VectorQuantizer2`, which latent-diffusion calls VectorQuantizer).
 */
export class VectorQuantizer extends Module {
  readonly params: VectorQuantizerParams;
  readonly #codebook: Parameter;
  readonly #remap: IndexRemap | undefined;

  /** @throws FileError where the file of `remap` is no list of codes */
  constructor(given: VectorQuantizerParamsInput) {
    super();
    this.params = withDefaults(vectorQuantizerParams, given);
    const { n_e: codes, e_dim: dimensions, remap, unknown_index: unknownIndex } = this.params;
    if (remap !== null) {
      const used = usedCodes(remap, codes);
      const buffer = this.parameter('used', {
        shape: [used.length],
        init: () => tf.tensor1d(Float32Array.from(used)),
        trainable: false,
      });
      this.#remap = new IndexRemap(buffer, codes, unknownIndex);
    }
    this.#codebook = this.parameter('embedding.weight', { shape: [codes, dimensions], init: uniformWithin(1 / codes) });
  }

  /**
   * @param z `[N, H, W, e_dim]`
   * @throws ShapeError when the last axis has not `e_dim` values
   */
  forward(z: tf.Tensor4D): Quantized {
    const { e_dim: dimensions, beta, legacy } = this.params;
    if (z.shape[3] !== dimensions) {
      throw new ShapeError('VectorQuantizer', `[N, H, W, ${dimensions}]`, `[${z.shape.join(', ')}]`);
    }
    return tf.tidy(() => {
      const nearest = withoutRecording(() => this.#nearest(z));
      const codes = tf.reshape<tf.Rank.R4>(tf.gather(this.#codebook.value, nearest), z.shape);
      const towardsCodes = mseLoss(z, constant(codes));
      const towardsInput = mseLoss(codes, constant(z));
      // The published code weighs the wrong half, and calls that legacy; its weights were trained so.
      const [whole, weighted] = legacy ? [towardsCodes, towardsInput] : [towardsInput, towardsCodes];
      const step = withoutRecording(() => tf.sub<tf.Tensor4D>(codes, z));
      return {
        quant: tf.add<tf.Tensor4D>(z, step),
        codebookLoss: tf.add<tf.Scalar>(whole, tf.mul(weighted, beta)),
        indices: withoutRecording(() => this.#published(nearest, z.shape)),
      };
    });
  }

  /**
   * The codes of indices as `forward` returns them.
   * @param shape `[N, H, W, e_dim]`, which the result gets; by default that of the indices and one axis more
   */
  getCodebookEntry(indices: tf.Tensor, shape?: readonly [number, number, number, number]): tf.Tensor {
    return tf.tidy(() => {
      const numbers = tf.cast(indices, 'int32');
      const entries = tf.gather(this.#codebook.value, this.#remap?.toAll(numbers) ?? numbers);
      return shape ? tf.reshape(entries, [...shape]) : entries;
    });
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { quant, codebookLoss, indices } = this.forward(inputsOf(inputs, ['z']).z as tf.Tensor4D);
        return { quant, codebook_loss: codebookLoss, indices };
      },
      get_codebook_entry: (inputs) => {
        const { indices, shape } = inputsOf(inputs, ['indices'], ['shape']);
        const sizes = shape && ([...shape.dataSync()] as [number, number, number, number]);
        return this.getCodebookEntry(indices, sizes);
      },
    };
  }

  /** The index of the nearest code of each vector, by squared distance: `[N H W]`. */
  #nearest(z: tf.Tensor4D): tf.Tensor1D {
    return tf.tidy(() => {
      const vectors = tf.reshape<tf.Rank.R2>(z, [-1, this.params.e_dim]);
      const codebook = this.#codebook.value as tf.Tensor2D;
      const norms = tf.add(tf.sum(tf.square(vectors), 1, true), tf.sum(tf.square(codebook), 1));
      const products = tf.matMul(vectors, codebook, false, true);
      return tf.argMin(tf.sub(norms, tf.mul(products, 2)), 1);
    });
  }

  #published(nearest: tf.Tensor1D, [batch, height, width]: readonly number[]): tf.Tensor {
    return tf.tidy(() => {
      const draw = (bound: number, shape: readonly number[]) => this.random.get('codebook').integers(bound, shape);
      const indices = this.#remap ? tf.reshape(this.#remap.toUsed(nearest, draw), [-1, 1]) : tf.clone(nearest);
      return this.params.sane_index_shape ? tf.reshape(indices, [batch ?? 0, height ?? 0, width ?? 0]) : indices;
    });
  }
}

/** The same values, which no gradient comes through. */
function constant<T extends tf.Tensor>(x: T): T {
  return withoutRecording(() => tf.clone(x));
}
