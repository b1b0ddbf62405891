import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../../errors.js';
import { Conv2d, Embedding, inputsOf, Module, type ExampleCalls, type Methods } from '../../../nn/index.js';
import { withDefaults } from '../../../params.js';
import { ConvResidualLayer } from './conv-residual-layer.js';
import {
  simpleDDPMModelParams,
  type SimpleDDPMModelParams,
  type SimpleDDPMModelParamsInput,
} from './simple-ddpm-model.params.js';

export interface SimpleDDPMInputs {
  /** `[N, H, W, in_channels]`; H and W divisible by 2^levels. */
  readonly x: tf.Tensor4D;
  /** int32 `[N]`, below `max_time_step`. */
  readonly timesteps: tf.Tensor1D;
  /** Class labels, int32 `[N]`, `num_classes` for none of them; given exactly when the network has `num_classes`. */
  readonly y?: tf.Tensor1D;
}

/**
 * The UNet of the article "DDPM core code" (DDPM as simplified by "From VAE to DDPM"): on each level one residual layer
 * down and one up, with a trained vector per timestep added before every layer down and after every layer up, and one
 * per class beside it in the article's conditional form.
 *
 * The article keeps its encoders, decoders and embeddings in plain Python lists, so that PyTorch neither trains nor
 * saves them; here they are parameters, under the names that `nn.ModuleList` would give them. The noise schedule, which
 * the article's class has too, is the diffusion's part: see DDPM.
 */
export class SimpleDDPMModel extends Module {
  readonly params: SimpleDDPMModelParams;
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** The label of none of them, whose embedding is 0, as the article shows a class that is masked. */
  readonly nullClass: number | undefined;
  /** How many timesteps it has embeddings of. */
  readonly numTimesteps: number;
  readonly #encoders: readonly ConvResidualLayer[];
  readonly #middle: ConvResidualLayer;
  /** By level, as the encoders are. */
  readonly #decoders: readonly ConvResidualLayer[];
  readonly #inConv: Conv2d;
  readonly #outLayer: ConvResidualLayer;
  readonly #outConv: Conv2d;
  readonly #timeEmbeddings: readonly Embedding[];
  readonly #classEmbeddings: readonly Embedding[] | undefined;

  constructor(given: SimpleDDPMModelParamsInput = {}) {
    super();
    const params = withDefaults(simpleDDPMModelParams, given);
    this.params = params;
    this.numClasses = params.num_classes ?? 0;
    this.nullClass = params.num_classes ?? undefined;
    this.numTimesteps = params.max_time_step;
    const { filter_nums: filters } = params;
    const [first = 0] = filters;
    const last = filters.at(-1) ?? 0;
    /** Channels at the finer end of each level. */
    const outer = filters.map((_, level) => filters[Math.max(0, level - 1)] ?? 0);
    const conv3 = { kernelSize: 3, padding: 1 };
    const embeddings = (name: string, count: number): Embedding[] =>
      outer.map((channels, level) => this.child(`${name}.${level}`, new Embedding(count, channels)));

    this.#encoders = filters.map((channels, level) =>
      this.child(`encoders.${level}.0`, new ConvResidualLayer(outer[level] ?? 0, channels)),
    );
    this.#middle = this.child('mid_conv', new ConvResidualLayer(last, last));
    const decoders = [...filters.entries()].reverse().map(([level, channels], i) => {
      const layer = new ConvResidualLayer(2 * channels, outer[level] ?? 0, { upsample: true });
      return this.child(`decoders.${i}.1`, layer);
    });
    this.#decoders = decoders.reverse();
    this.#inConv = this.child('first_conv', new Conv2d(params.in_channels, first, conv3));
    this.#outLayer = this.child('final_conv.0', new ConvResidualLayer(2 * first, 2 * first));
    this.#outConv = this.child('final_conv.1', new Conv2d(2 * first, params.out_channels, conv3));
    this.#timeEmbeddings = embeddings('time_embeddings', params.max_time_step);
    if (params.num_classes !== null) {
      this.#classEmbeddings = embeddings('conditional_embeddings', params.num_classes);
    }
  }

  /**
   * @returns the predicted noise, `[N, H, W, out_channels]`, unbounded
   * @throws ShapeError when `y` is given without `num_classes` or the other way round
   */
  forward({ x, timesteps, y }: SimpleDDPMInputs): tf.Tensor4D {
    if ((y !== undefined) !== (this.#classEmbeddings !== undefined)) {
      throw new ShapeError('SimpleDDPMModel', 'class labels y exactly when num_classes is set', y ? 'y' : 'no y');
    }
    return tf.tidy(() => {
      const embeddings = this.#embed(timesteps, y);
      const addEmbedding = (h: tf.Tensor4D, level: number): tf.Tensor4D => {
        const embedding = embeddings[level];
        return embedding ? tf.add(h, embedding) : h;
      };
      const input = this.#inConv.forward(x);
      // The article adds the embeddings in place, to the tensors it has kept for the way up: those have the embedding
      // of the next level too, where there is one.
      const skips: tf.Tensor4D[] = [];
      let h = addEmbedding(input, 0);
      this.#encoders.forEach((encoder, level) => {
        h = addEmbedding(tf.maxPool(encoder.forward(h), 2, 2, 'valid'), level + 1);
        skips.push(h);
      });
      h = this.#middle.forward(h);
      for (const [level, decoder] of [...this.#decoders.entries()].reverse()) {
        h = addEmbedding(decoder.forward(tf.concat([...skips.splice(-1), h], -1)), level);
      }
      return this.#outConv.forward(this.#outLayer.forward(tf.concat([h, input], -1)));
    });
  }

  /** An image as small as the levels and the article's 28 pixels allow. */
  override exampleCalls(): ExampleCalls {
    const step = 2 ** this.params.filter_nums.length;
    const size = Math.ceil(28 / step) * step;
    const labels = this.numClasses > 0 && { y: { shape: [1], dtype: 'int32' as const } };
    return {
      forward: {
        x: { shape: [1, size, size, this.params.in_channels] },
        timesteps: { shape: [1], dtype: 'int32' },
        ...labels,
      },
    };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { x, timesteps, y } = inputsOf(inputs, ['x', 'timesteps'], ['y']);
        return this.forward({
          x: x as tf.Tensor4D,
          timesteps: timesteps as tf.Tensor1D,
          ...(y && { y: y as tf.Tensor1D }),
        });
      },
    };
  }

  /** What is added on each level, `[N, 1, 1, channels]`: the embedding of the timestep and that of the class. */
  #embed(timesteps: tf.Tensor1D, y: tf.Tensor1D | undefined): tf.Tensor4D[] {
    const classes = y && { labels: tf.minimum<tf.Tensor1D>(y, this.numClasses - 1), shown: this.#shownLabels(y) };
    return this.#timeEmbeddings.map((timeEmbedding, level) => {
      let sum = timeEmbedding.forward(timesteps);
      const classEmbedding = this.#classEmbeddings?.[level];
      if (classes && classEmbedding) sum = tf.add(sum, tf.mul(classEmbedding.forward(classes.labels), classes.shown));
      return tf.reshape<tf.Rank.R4>(sum, [timesteps.shape[0], 1, 1, -1]);
    });
  }

  /** 1 for each label to be shown, `[N, 1]`; 0 for the label of no class, and for all of a batch to be shown without. */
  #shownLabels(y: tf.Tensor1D): tf.Tensor {
    const isClass = tf.cast(tf.expandDims(tf.less(y, this.numClasses), 1), 'float32');
    const { mask_ratio: maskRatio } = this.params;
    if (!this.training || maskRatio === 0) return isClass;
    return tf.mul(isClass, tf.cast(tf.greaterEqual(this.random.get('label_mask').uniform([1]), maskRatio), 'float32'));
  }
}
