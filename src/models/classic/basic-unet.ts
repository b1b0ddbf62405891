import * as tf from '@tensorflow/tfjs-core';
import { Conv2d, inputsOf, Module, type ExampleCalls, type Methods } from '../../nn/index.js';
import { silu, upsampleNearest } from '../../ops/index.js';
import { withDefaults } from '../../params.js';
import { basicUNetParams, type BasicUNetParamsInput } from './basic-unet.params.js';

/**
 * The smallest of UNets, from the diffusion course's chapter "from scratch": three 5x5 convolutions down, three up, and
 * a sum where the levels meet. It sees neither timestep nor class.
 */
export class BasicUNet extends Module {
  readonly numClasses = 0;
  readonly #inChannels: number;
  readonly #down: readonly Conv2d[];
  readonly #up: readonly Conv2d[];

  constructor(given: BasicUNetParamsInput = {}) {
    super();
    const { in_channels: inChannels, out_channels: outChannels } = withDefaults(basicUNetParams, given);
    this.#inChannels = inChannels;
    this.#down = this.#convolutions('down_layers', [inChannels, 32, 64, 64]);
    this.#up = this.#convolutions('up_layers', [64, 64, 32, outChannels]);
  }

  /** @param x `[N, H, W, in_channels]`, H and W divisible by 4; the result has `out_channels` */
  forward({ x }: { x: tf.Tensor4D }): tf.Tensor4D {
    return tf.tidy(() => {
      const skips: tf.Tensor4D[] = [];
      let h = x;
      this.#down.forEach((conv, level) => {
        h = silu(conv.forward(h));
        if (level < this.#down.length - 1) {
          skips.push(h);
          h = tf.maxPool(h, 2, 2, 'valid');
        }
      });
      this.#up.forEach((conv, level) => {
        const skip = level > 0 ? skips.pop() : undefined;
        if (skip) h = tf.add(upsampleNearest(h), skip);
        h = silu(conv.forward(h));
      });
      return h;
    });
  }

  override methods(): Methods {
    return { forward: (inputs) => this.forward({ x: inputsOf(inputs, ['x']).x as tf.Tensor4D }) };
  }

  /** An image as the chapter has them, 28x28. */
  override exampleCalls(): ExampleCalls {
    return { forward: { x: { shape: [1, 28, 28, this.#inChannels] } } };
  }

  #convolutions(name: string, channels: readonly number[]): Conv2d[] {
    return channels.slice(1).map((outChannels, i) => {
      const conv = new Conv2d(channels[i] ?? 0, outChannels, { kernelSize: 5, padding: 2 });
      return this.child(`${name}.${i}`, conv);
    });
  }
}
