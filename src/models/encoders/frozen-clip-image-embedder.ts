import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type ExampleCalls, type Methods, type WeightsReader } from '../../nn/index.js';
import { withDefaults } from '../../params.js';
import { PretrainedClip } from './clip/pretrained-clip.js';
import {
  frozenClipImageEmbedderParams,
  type FrozenClipImageEmbedderParamsInput,
} from './frozen-clip-image-embedder.params.js';
import { cubicResizing, gaussianBlur } from './interpolation.js';
import { resampleImage } from './resample.js';

/** Of red, green and blue in the images CLIP was trained on, in [0, 1]. */
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];

/** Each image as one vector, by CLIP's image tower (`ldm.modules.encoders.modules.FrozenClipImageEmbedder`). */
export class FrozenClipImageEmbedder extends PretrainedClip {
  readonly #antialias: boolean;

  constructor(given: FrozenClipImageEmbedderParamsInput, readWeights: WeightsReader) {
    const { model: version, path, antialias } = withDefaults(frozenClipImageEmbedderParams, given);
    super({ version, path }, readWeights);
    this.#antialias = antialias;
  }

  /**
   * Brings images to CLIP's size, corner on corner, and its colours to mean 0 and deviation 1.
   * @param x `[N, H, W, 3]` in [-1, 1]
   * @returns `[N, resolution, resolution, 3]`; 224 in the published models
   */
  preprocess(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const colours = tf.div(tf.add(this.#resize(x), 1), 2);
      return tf.div(tf.sub(colours, MEAN), DEVIATION);
    });
  }

  /**
   * @param x `[N, H, W, 3]` in [-1, 1]
   * @returns `[N, embedDim]`, of any length
   */
  forward(x: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => this.model.encodeImage(this.preprocess(x)));
  }

  /** `[height, width, channels]` of images that lose nothing on their way to CLIP's size. */
  inputShape(): [number, number, number] {
    const size = this.model.sizes.imageResolution;
    return [size, size, 3];
  }

  override exampleCalls(): ExampleCalls {
    const size = this.model.sizes.imageResolution;
    return { forward: { x: { shape: [1, size, size, 3] } } };
  }

  override methods(): Methods {
    const x = (inputs: Parameters<Methods[string]>[0]) => inputsOf(inputs, ['x']).x as tf.Tensor4D;
    return { forward: (inputs) => this.forward(x(inputs)), preprocess: (inputs) => this.preprocess(x(inputs)) };
  }

  /** As kornia 0.6 resizes with `align_corners=True`, and blurs both ways when either side shrinks. */
  #resize(x: tf.Tensor4D): tf.Tensor4D {
    const { imageResolution } = this.model.sizes;
    const blurs = this.#antialias && Math.max(...x.shape.slice(1, 3)) > imageResolution;
    const blurred = blurs ? resampleImage(x, (size) => antialiasing(size, imageResolution)) : x;
    return resampleImage(blurred, (size) => cubicResizing(size, imageResolution, { alignCorners: true }));
  }
}

function antialiasing(size: number, target: number) {
  const sigma = Math.max((size / target - 1) / 2, 0.001);
  const taps = Math.floor(Math.max(4 * sigma, 3));
  return gaussianBlur(size, sigma, taps + ((taps + 1) % 2));
}
