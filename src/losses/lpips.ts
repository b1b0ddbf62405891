import * as tf from '@tensorflow/tfjs-core';
import { Dropout, inputsOf, Module, perChannel, type ExampleCalls, type Methods, type Parameter } from '../nn/index.js';
import { fanInUniform } from '../nn/initializers.js';
import { spatialMean, unitNormalize } from '../ops/index.js';
import { Vgg16Features } from './vgg16-features.js';

/** Added to the length that each pixel's features are divided by. */
const EPSILON = 1e-10;

/**
 * Learned perceptual image patch similarity (Zhang et al. 2018, equation 1; `taming.modules.losses.lpips.LPIPS`): how
 * far two images are apart in the features of VGG16, each pixel's scaled to length one, weighed by channel. Nothing in it
 * is trained; see loadPretrainedLpips for its weights. Dropout before the weighing is on in training, as published:
 * call `eval()` for a distance that is the same each time.
 */
export class LPIPS extends Module {
  readonly #scaling = this.child('scaling_layer', new ScalingLayer());
  readonly #net = this.child('net', new Vgg16Features());
  readonly #heads = Vgg16Features.channels.map((channels, i) => this.child(`lin${i}`, new NetLinLayer(channels)));

  constructor() {
    super();
    this.freeze();
  }

  /**
   * @param input `[N, H, W, 3]` in [-1, 1], H and W at least 16
   * @param target of the same shape
   * @returns the distances, `[N, 1, 1, 1]`
   */
  forward(input: tf.Tensor4D, target: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const [ofInput, ofTarget] = [input, target].map((images) => this.#net.forward(this.#scaling.forward(images)));
      const distances = this.#heads.map((head, i) => {
        const [a, b] = [ofInput?.[i], ofTarget?.[i]] as [tf.Tensor4D, tf.Tensor4D];
        return tf.tidy(() => head.forward(tf.squaredDifference(unitNormalize(a, EPSILON), unitNormalize(b, EPSILON))));
      });
      return tf.addN(distances);
    });
  }

  /** Images of the size that VGG16 was trained on. */
  override exampleCalls(): ExampleCalls {
    const image = { shape: [1, 224, 224, 3] };
    return { forward: { input: image, target: image } };
  }

  override methods(): Methods {
    return {
      forward: (inputs) => {
        const { input, target } = inputsOf(inputs, ['input', 'target']);
        return this.forward(input as tf.Tensor4D, target as tf.Tensor4D);
      },
    };
  }
}

/** From images in [-1, 1] to what VGG16 was trained on, by ImageNet's mean and deviation of each channel. */
class ScalingLayer extends Module {
  readonly #shift = this.#constant('shift', [-0.03, -0.088, -0.188]);
  readonly #scale = this.#constant('scale', [0.458, 0.448, 0.45]);

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.div(tf.sub(x, this.#shift.value), this.#scale.value);
  }

  #constant(name: string, values: number[]): Parameter {
    const init = () => tf.tensor1d(values);
    return this.parameter(name, { shape: [values.length], init, layout: perChannel, trainable: false });
  }
}

/** The weighted sum over the channels, published as a 1x1 convolution without bias, averaged over the pixels. */
class NetLinLayer extends Module {
  readonly #dropout = this.child('model.0', new Dropout(0.5));
  readonly #weight: Parameter;

  constructor(channels: number) {
    super();
    const init = fanInUniform(channels);
    this.#weight = this.parameter('model.1.weight', { shape: [channels], init, layout: perChannel });
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const averages = spatialMean(this.#dropout.forward(x));
    return tf.sum(tf.mul(averages, this.#weight.value), -1, true);
  }
}
