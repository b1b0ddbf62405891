import * as tf from '@tensorflow/tfjs-core';

/**
 * Images as a picture shows them: what is beyond [-1, 1] is cut off. In float32 even where the engine computes in bfloat16,
 * so that the metrics of pixels are exact there.
 */
export function clamped(images: tf.Tensor4D): tf.Tensor4D {
  // The wasm engine's clipByValue makes a number of NaN.
  return tf.tidy(() => tf.add(tf.clipByValue(images, -1, 1), tf.mul(images, 0)));
}

/** `[N, H, W, 1]` with the grey three times, for networks that were trained on colours; `[N, H, W, 3]` as it is. */
export function inColour(images: tf.Tensor4D): tf.Tensor4D {
  return images.shape[3] === 1 ? tf.tile(images, [1, 1, 1, 3]) : images;
}

/** Why a network trained on colours cannot see images of this shape. @param smallest height and width */
export function colourProblem(shape: readonly number[], smallest: number): string | undefined {
  const [, height = 0, width = 0, channels = 0] = shape;
  if (channels !== 1 && channels !== 3) return `takes images of 1 or 3 channels, these have ${channels}`;
  return sizeProblem([height, width], smallest);
}

/** Why images are too small. */
export function sizeProblem([height = 0, width = 0]: readonly number[], smallest: number): string | undefined {
  if (Math.min(height, width) >= smallest) return undefined;
  return `takes images of at least ${smallest}x${smallest} pixels, these have ${height}x${width}`;
}
