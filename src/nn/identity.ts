import type * as tf from '@tensorflow/tfjs-core';
import { Module } from './module.js';

/** `torch.nn.Identity`: what comes in goes out. It has no weights, so that in a state dict it leaves no trace. */
export class Identity extends Module {
  forward<T extends tf.Tensor>(x: T): T {
    return x;
  }

  /** The shape of what it makes an output of this shape of. */
  inputShape<S>(output: S): S {
    return output;
  }
}
