import * as tf from '@tensorflow/tfjs-core';
import { Module, type Parameter } from '../nn/index.js';
import { WeightAverage } from './weight-average.js';

/**
 * Exponential moving average of a module's trainable weights (`ldm.modules.ema.LitEma`), with the published warm-up:
 * the decay of update k is `min(decay, (1 + k) / (10 + k))`. Shadows are saved under the published names: the
 * parameter's name without its dots.
 */
export class LitEma extends Module {
  readonly #decay: Parameter;
  readonly #numUpdates: Parameter;
  readonly #average: WeightAverage;

  constructor(module: Module, decay = 0.9999) {
    super();
    if (!(decay >= 0 && decay <= 1)) throw new RangeError(`LitEma: expected a decay in [0, 1], found ${decay}`);
    this.#decay = this.parameter('decay', { shape: [], init: () => tf.scalar(decay), trainable: false });
    this.#numUpdates = this.parameter('num_updates', { shape: [], init: () => tf.scalar(0), trainable: false });
    this.#average = new WeightAverage(
      module.trainableParameters().map(([name, parameter]) => ({
        parameter,
        shadow: this.parameter(
          name.replaceAll('.', ''),
          parameter.shadow(() => parameter.value),
        ),
      })),
    );
  }

  /** One update towards the weights as they are now. */
  update(): void {
    const updates = this.#updates + 1;
    this.#numUpdates.assign(tf.scalar(updates));
    const [decay = 1] = this.#decay.value.dataSync();
    this.#average.update(warmedUpDecay(decay, updates));
  }

  /**
   * Runs `f` with the averaged weights in the module's place; the trained ones are back when it ends, however it ends.
   * Nothing is copied: weights and shadows change places.
   */
  withAveraged<T>(f: () => T | Promise<T>): Promise<T> {
    return this.#average.during(f);
  }

  get #updates(): number {
    return this.#numUpdates.value.dataSync()[0] ?? 0;
  }
}

/** The decay of the published warm-up. @param update 1 for the first */
export function warmedUpDecay(decay: number, update: number): number {
  return Math.min(decay, (1 + update) / (10 + update));
}
