import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, Module } from '../../nn/index.js';

/**
 * Linear attention over the positions of an image with one head (`model.LinAttnBlock`; Shen et al. 2018, "Efficient
 * Attention"): `q (softmax(k)^T v)` with the softmax over positions, so that work and memory are linear in their
 * number. Unlike `AttnBlock` it has neither normalization nor skip, nor is the query scaled or normalized.
 */
export class LinAttnBlock extends Module {
  readonly #toQkv: Conv2d;
  readonly #toOut: Conv2d;

  constructor(channels: number) {
    super();
    this.#toQkv = this.child('to_qkv', new Conv2d(channels, 3 * channels, { kernelSize: 1, bias: false }));
    this.#toOut = this.child('to_out', new Conv2d(channels, channels, { kernelSize: 1 }));
  }

  /** `[N, H, W, channels]` to the same. */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [batch, height, width, channels] = x.shape;
    return tf.tidy(() => {
      const qkv = this.#toQkv.forward(x);
      const thirds = tf.split(tf.reshape<tf.Rank.R3>(qkv, [batch, height * width, 3 * channels]), 3, -1);
      const [q, k, v] = thirds as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      // tfjs takes a softmax over the last axis only.
      const weights = tf.softmax(tf.transpose(k, [0, 2, 1]));
      const attended = tf.matMul(q, tf.matMul(weights, v));
      return this.#toOut.forward(tf.reshape(attended, x.shape));
    });
  }
}
