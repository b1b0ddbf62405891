import * as tf from '@tensorflow/tfjs-core';
import { sizeProblem } from './image-values.js';
import { MeanOverImages } from './mean-over-images.js';

/** Pixels of the window's side. */
const WINDOW = 11;
const SIGMA = 1.5;
/** `(k1 L)^2` and `(k2 L)^2`, of values in [0, 1]. */
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * Structural similarity (Wang et al. 2004, equation 13), `ssim`, at most 1: in a Gaussian window of 11x11 pixels with sigma
 * 1.5, at every place where it fits, averaged over the places, the channels and the images. Luminance has to be positive
 * there, so that values are taken to [0, 1] first. The same as torchmetrics' `StructuralSimilarityIndexMeasure` and, with
 * `gaussian_weights=True, use_sample_covariance=False`, scikit-image's `structural_similarity`, with `data_range=1`.
 */
export class StructuralSimilarityIndexMeasure extends MeanOverImages {
  constructor() {
    super('ssim');
  }

  problem([, height = 0, width = 0]: readonly number[]): string | undefined {
    return sizeProblem([height, width], WINDOW);
  }

  protected override measure(inputs: tf.Tensor4D, reconstructions: tf.Tensor4D): tf.Tensor {
    const [x, y] = [inputs, reconstructions].map((images) => tf.div(tf.add(images, 1), 2)) as [
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    const maps = [x, y, tf.square(x), tf.square(y), tf.mul<tf.Tensor4D>(x, y)];
    const [muX, muY, squareX, squareY, product] = tf.split(
      smoothed(tf.concat<tf.Tensor4D>(maps, 0)),
      maps.length,
      0,
    ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const [muXX, muYY, muXY] = [tf.square(muX), tf.square(muY), tf.mul(muX, muY)];
    // Rounding may make them a little negative, which they cannot be.
    const variances = tf.add(tf.relu(tf.sub(squareX, muXX)), tf.relu(tf.sub(squareY, muYY)));
    const covariance = tf.sub(product, muXY);
    const luminance = tf.div(tf.add(tf.mul(muXY, 2), C1), tf.add(tf.add(muXX, muYY), C1));
    const structure = tf.div(tf.add(tf.mul(covariance, 2), C2), tf.add(variances, C2));
    return tf.mean(tf.mul(luminance, structure), [1, 2, 3]);
  }
}

/** Each channel's weighted means over the window: `[N, H, W, C]` to `[N, H - 10, W - 10, C]`. */
function smoothed(images: tf.Tensor4D): tf.Tensor4D {
  const weights = Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA ** 2)));
  const sum = weights.reduce((total, weight) => total + weight);
  const row = tf.tensor1d(weights.map((weight) => weight / sum));
  const channels = images.shape[3];
  // A column and a row are a square, as the window is a product. Depthwise convolutions stay in float32.
  return [
    [WINDOW, 1],
    [1, WINDOW],
  ].reduce((h, [height = 1, width = 1]) => {
    const filter = tf.tile(tf.reshape<tf.Rank.R4>(row, [height, width, 1, 1]), [1, 1, channels, 1]);
    return tf.depthwiseConv2d(h, filter, 1, 'valid');
  }, images);
}
