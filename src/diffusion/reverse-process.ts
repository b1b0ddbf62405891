import * as tf from '@tensorflow/tfjs-core';
import type { Generator as NoiseGenerator } from '../random/index.js';
import type { KnownImage } from '../samplers/index.js';
import type { Condition } from './condition.js';
import type { Gaussian, GaussianDiffusion } from './gaussian-diffusion.js';
import type { Parameterization } from './parameterization.js';

/** What the network is told, and what is done to the image that it predicts. */
export interface ReverseOptions {
  readonly condition?: Condition;
  /** E.g. clips, or quantizes as a first stage does; `[N, H, W, C]` both. */
  readonly correct?: ((x0: tf.Tensor4D) => tf.Tensor4D) | undefined;
}

/** One step towards the image. A type, not an interface, which tf.tidy refuses. */
export type ReverseStep = {
  /** `x_{t-1}`, `[N, H, W, C]`. */
  readonly x: tf.Tensor4D;
  /** The clean image as the network saw it in `x_t`. */
  readonly x0: tf.Tensor4D;
};

/** A step of a loop. */
export type TimedStep = ReverseStep & {
  /** `t` */
  readonly timestep: number;
};

export interface ReverseLoopOptions {
  /** Standard normal noise, `[N, H, W, C]`; not disposed. */
  readonly xT: tf.Tensor4D;
  readonly generator: NoiseGenerator;
  /** What the network is told at a timestep. */
  readonly conditionAt?: (timestep: number) => Condition;
  readonly correct?: ReverseOptions['correct'];
  /** Of an image of which a part is given; set anew after each step, as published. */
  readonly known?: KnownImage | undefined;
}

/**
 * The reverse of a diffusion, as the published DDPM and LatentDiffusion have it for images that each have a timestep of
 * their own, int32 `[N]` (Ho et al. 2020, algorithm 2). The samplers compute the same where all have one.
 */
export class ReverseProcess {
  readonly #diffusion: GaussianDiffusion;
  readonly #parameterization: Parameterization;
  readonly #applyModel: (x: tf.Tensor4D, t: tf.Tensor1D, condition?: Condition) => tf.Tensor4D;

  constructor(
    diffusion: GaussianDiffusion,
    parameterization: Parameterization,
    applyModel: (x: tf.Tensor4D, t: tf.Tensor1D, condition?: Condition) => tf.Tensor4D,
  ) {
    this.#diffusion = diffusion;
    this.#parameterization = parameterization;
    this.#applyModel = applyModel;
  }

  /** `p(x_{t-1} | x_t)`, and the clean image `x0` that it follows from. */
  pMeanVariance(
    x: tf.Tensor4D,
    t: tf.Tensor1D,
    { condition, correct }: ReverseOptions = {},
  ): Gaussian & { readonly x0: tf.Tensor4D } {
    return tf.tidy(() => {
      const predicted = this.#parameterization.start(this.#diffusion, this.#applyModel(x, t, condition), { x, t });
      const x0 = correct?.(predicted) ?? predicted;
      return { ...this.#diffusion.qPosterior(x0, x, t), x0 };
    });
  }

  /** A draw of `p(x_{t-1} | x_t)` with the given standard normal noise, of which there is none at timestep 0. */
  pSample(x: tf.Tensor4D, t: tf.Tensor1D, noise: tf.Tensor4D, options: ReverseOptions = {}): ReverseStep {
    return tf.tidy(() => {
      const { mean, logVariance, x0 } = this.pMeanVariance(x, t, options);
      const isNoisy = tf.reshape(tf.cast(tf.greater(t, 0), 'float32'), [-1, 1, 1, 1]);
      const deviation = tf.mul(isNoisy, tf.exp(tf.mul(logVariance, 0.5)));
      return { x: tf.add<tf.Tensor4D>(mean, tf.mul(deviation, noise)), x0 };
    });
  }

  /**
   * All steps from noise to image, the last timestep first. What a step yields is the loop's own and gone when it goes
   * on: clone what is to stay.
   */
  *pSampleLoop({
    xT,
    generator,
    conditionAt = () => ({}),
    correct,
    known,
  }: ReverseLoopOptions): Generator<TimedStep, void, undefined> {
    const { timesteps } = this.#diffusion.schedule;
    let step: ReverseStep | undefined;
    try {
      for (let timestep = timesteps - 1; timestep >= 0; timestep--) {
        const before: tf.Tensor4D = step?.x ?? xT;
        const next: ReverseStep = tf.tidy(() => {
          const t = tf.fill<tf.Rank.R1>([before.shape[0]], timestep, 'int32');
          const noise = generator.normal(before.shape) as tf.Tensor4D;
          const drawn = this.pSample(before, t, noise, { condition: conditionAt(timestep), correct });
          if (!known) return drawn;
          const given = this.#diffusion.qSample(known.x0, t, generator.normal(before.shape) as tf.Tensor4D);
          const x = tf.add<tf.Tensor4D>(tf.mul(given, known.mask), tf.mul(drawn.x, tf.sub(1, known.mask)));
          return { x, x0: drawn.x0 };
        });
        tf.dispose(step);
        step = next;
        yield { ...next, timestep };
      }
    } finally {
      tf.dispose(step);
    }
  }
}
