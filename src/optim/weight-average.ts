import type { Parameter } from '../nn/index.js';
import { emaStep } from '../ops/index.js';

/** A weight and where its average is kept. */
export interface AveragedParameter {
  readonly parameter: Parameter;
  /** Held as the parameter is. */
  readonly shadow: Parameter;
}

/** Averages of weights that move towards these, and can stand in their place. */
export class WeightAverage {
  readonly #pairs: readonly AveragedParameter[];

  constructor(pairs: readonly AveragedParameter[]) {
    this.#pairs = pairs;
  }

  /** Moves towards the weights as they are now: `average -= (1 - decay) (average - weight)`. */
  update(decay: number): void {
    emaStep(
      this.#pairs.map(({ shadow }) => shadow.value),
      this.#pairs.map(({ parameter }) => parameter.value),
      decay,
    );
  }

  /**
   * Runs `f` with the averages in the weights' place; the weights are back when it ends, however it ends. Nothing is copied:
   * they change places.
   */
  async during<T>(f: () => T | Promise<T>): Promise<T> {
    this.#swap();
    try {
      return await f();
    } finally {
      this.#swap();
    }
  }

  #swap(): void {
    for (const { parameter, shadow } of this.#pairs) parameter.exchange(shadow);
  }
}
