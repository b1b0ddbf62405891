import * as tf from '@tensorflow/tfjs-core';
import type { Module } from '../../nn/index.js';

/** A layer from image to image. */
export type ImageLayer = Module & { forward(x: tf.Tensor4D): tf.Tensor4D };

/** Runs layers one after the other; at most two of the images between them are alive at a time. */
export function runLayers(layers: readonly ImageLayer[], x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() =>
    layers.reduce((h, layer) => {
      const next = layer.forward(h);
      // Nothing but the recording needs it any more, which has its own copies of what it needs.
      if (h !== x && h !== next) h.dispose();
      return next;
    }, x),
  );
}
