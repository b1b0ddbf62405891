import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '../../errors.js';
import { inputsOf, type Conv2d, type ExampleCalls, type GroupNorm, type Methods } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { convolution } from './convolution.js';
import { EmbedSequential, type Layer } from './embed-sequential.js';
import { HalfUNet } from './half-unet.js';
import { normalization } from './normalization.js';
import { Upsample } from './resample.js';
import { unetModelParams, type UNetModelParams, type UNetModelParamsInput } from './unet-model.params.js';

/** A normalization and the convolution that makes the result of the last features. */
interface Head {
  readonly norm: GroupNorm;
  readonly conv: Conv2d;
}

export interface UNetInputs<X extends tf.Tensor3D | tf.Tensor4D = tf.Tensor4D> {
  /** `[N, H, W, in_channels]`, with `dims: 1` `[N, L, in_channels]`; H, W and L divisible by 2^(levels - 1). */
  readonly x: X;
  /** `[N]`. */
  readonly timesteps: tf.Tensor1D;
  /**
   * What spatial transformers attend to, `[N, S, context_dim]`. Without one they attend to the image itself, for which
   * `context_dim` has to be the channels of all of them.
   */
  readonly context?: tf.Tensor3D | undefined;
  /** Class labels, int32 `[N]`; given exactly when the network has `num_classes`. */
  readonly y?: tf.Tensor1D | undefined;
}

/**
 * The UNet with attention and timestep embedding of guided diffusion (Dhariwal and Nichol 2021) in the form that
 * latent-diffusion publishes it, `ldm.modules.diffusionmodules.openaimodel.UNetModel`, with its weights' names.
 */
export class UNetModel extends HalfUNet {
  readonly params: UNetModelParams;
  /** How many classes it takes labels of, 0 for none. */
  readonly numClasses: number;
  /** Channels of what it is called with. */
  readonly inChannels: number;
  readonly #outputBlocks: readonly EmbedSequential[];
  readonly #head: Head;

  constructor(given: UNetModelParamsInput) {
    const params = withDefaults(unetModelParams, given);
    super(params);
    this.params = params;
    this.numClasses = params.num_classes ?? 0;
    this.inChannels = params.in_channels;
    const { model_channels: modelChannels, norm_num_groups: normGroups, dims } = params;
    const outputBlocks: EmbedSequential[] = [];
    const skipChannels = [...this.inputBlockChannels];
    let channels = this.middleChannels;
    for (const [level, multiple] of [...params.channel_mult.entries()].reverse()) {
      for (let block = 0; block <= params.num_res_blocks; block++) {
        const outChannels = multiple * modelChannels;
        const layers = [this.resBlock(channels + (skipChannels.pop() ?? 0), outChannels)];
        channels = outChannels;
        if (this.attendsAt(level)) layers.push(this.attention(channels, 'up'));
        if (level > 0 && block === params.num_res_blocks) {
          layers.push(params.resblock_updown ? this.resBlock(channels, channels, 'up') : this.#upsample(channels));
        }
        outputBlocks.push(this.child(`output_blocks.${outputBlocks.length}`, new EmbedSequential(layers)));
      }
    }
    this.#outputBlocks = outputBlocks;

    const outConv = convolution(dims, modelChannels, params.out_channels, { kernelSize: 3, zeroInit: true });
    const out: Head = {
      norm: this.child('out.0', normalization(channels, normGroups, 'silu')),
      conv: this.child('out.2', outConv),
    };
    // The published network keeps the head it does not use, and so do its files of weights.
    this.#head =
      params.n_embed === null
        ? out
        : {
            norm: this.child('id_predictor.0', normalization(channels, normGroups)),
            conv: this.child('id_predictor.1', convolution(dims, modelChannels, params.n_embed, { kernelSize: 1 })),
          };
  }

  /**
   * @returns `[N, H, W, out_channels]`, unbounded; with `n_embed` as many logits in the place of channels; with
   *   `dims: 1` `[N, L, …]`
   * @throws ShapeError when `x` is no such tensor, `context` not what the network attends to, or `y` is given without
   *   `num_classes` or the other way round
   */
  forward<X extends tf.Tensor3D | tf.Tensor4D = tf.Tensor4D>({ x, timesteps, context, y }: UNetInputs<X>): X {
    this.#checkInputs({ x, timesteps, context, y });
    return tf.tidy(() => {
      const conditioning = { embedding: this.embed(timesteps, y), context };
      let h = (this.params.dims === 1 ? tf.expandDims(x, 2) : x) as tf.Tensor4D;
      const skips: tf.Tensor4D[] = [];
      for (const block of this.inputBlocks) {
        h = block.forward(h, conditioning);
        skips.push(h);
      }
      h = this.middleBlock.forward(h, conditioning);
      for (const block of this.#outputBlocks) {
        const joined = [h, ...skips.splice(-1)];
        h = tf.tidy(() => block.forward(tf.concat(joined, -1), conditioning));
        // Nothing but the recording needs them any more, which has its own copies of what it needs.
        tf.dispose(joined);
      }
      const result = this.#head.conv.forward(this.#head.norm.forward(h));
      return (this.params.dims === 1 ? tf.squeeze(result, [2]) : result) as X;
    });
  }

  override exampleCalls(): ExampleCalls {
    const { image_size: size, in_channels: channels, dims, num_classes: numClasses, context_dim: width } = this.params;
    const [height = 1, breadth = height] = [size].flat();
    return {
      forward: {
        x: { shape: dims === 1 ? [1, channels, height] : [1, height, breadth, channels] },
        timesteps: { shape: [1], dtype: 'int32' },
        // As long as the published encoders of texts make theirs.
        ...(width !== null && { context: { shape: [1, 77, ...[width].flat()] } }),
        ...(numClasses !== null && { y: { shape: [1], dtype: 'int32' } }),
      },
    };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { x, timesteps, context, y } = inputsOf(inputs, ['x', 'timesteps'], ['context', 'y']);
        const conditions = {
          timesteps: timesteps as tf.Tensor1D,
          context: context as tf.Tensor3D | undefined,
          y: y as tf.Tensor1D | undefined,
        };
        if (this.params.dims === 2) return this.forward({ x: x as tf.Tensor4D, ...conditions });
        // By name sequences come and go as published, [N, C, L]: nothing but its component tells one from a context.
        return tf.tidy(() => {
          const sequences = tf.transpose(x, [0, 2, 1]) as tf.Tensor3D;
          return tf.transpose(this.forward({ x: sequences, ...conditions }), [0, 2, 1]);
        });
      },
    };
  }

  #upsample(channels: number): Layer {
    const { conv_resample: useConv, dims } = this.params;
    const module = new Upsample(channels, { useConv, dims });
    return { module, forward: (x) => module.forward(x) };
  }

  #checkInputs({ x, timesteps, context, y }: UNetInputs<tf.Tensor3D | tf.Tensor4D>): void {
    const { dims, in_channels: inChannels, use_spatial_transformer: attendsToContext } = this.params;
    const shapeOf = (tensor: tf.Tensor | undefined) => (tensor ? `[${tensor.shape.join(', ')}]` : 'none');
    if (x.rank !== dims + 2 || x.shape[x.rank - 1] !== inChannels) {
      throw new ShapeError('UNetModel', `x [N, ${dims === 1 ? 'L' : 'H, W'}, ${inChannels}]`, shapeOf(x));
    }
    const batch = x.shape.slice(0, 1);
    if (!tf.util.arraysEqual(timesteps.shape, batch)) {
      throw new ShapeError('UNetModel', `timesteps [${batch.join()}], one for each x`, shapeOf(timesteps));
    }
    if (context && !attendsToContext) {
      throw new ShapeError('UNetModel', 'no context, there being no use_spatial_transformer', shapeOf(context));
    }
    if ((y !== undefined) !== this.numClasses > 0 || (y && !tf.util.arraysEqual(y.shape, batch))) {
      throw new ShapeError(
        'UNetModel',
        'class labels y, one for each x, exactly when num_classes is set',
        `y ${shapeOf(y)}`,
      );
    }
  }
}
