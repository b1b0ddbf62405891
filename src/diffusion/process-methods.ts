import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type Methods, type NamedTensors } from '../nn/index.js';
import type { Generator } from '../random/index.js';
import type { Condition } from './condition.js';
import { rowTimesteps } from './diffusion-row.js';
import type { Gaussian, GaussianDiffusion } from './gaussian-diffusion.js';
import { Progress } from './progress.js';
import type { ReverseProcess, ReverseStep } from './reverse-process.js';

/** A model whose processes can be called by their published names. */
export interface ProcessMethodsOptions {
  readonly diffusion: GaussianDiffusion;
  readonly reverse: ReverseProcess;
  /** The published names of the conditions. */
  readonly conditions: readonly string[];
  readonly conditionOf: (named: NamedTensors) => Condition;
  readonly logEveryT: number;
  /** What is done to predicted images. */
  readonly correct: ((x0: tf.Tensor4D) => tf.Tensor4D) | undefined;
  /** Draws the noise that is not given. */
  readonly generator: () => Generator;
}

/**
 * The published methods of a diffusion and of its reverse, for a model's `methods()`. Intermediates come as
 * `[stages, N, C, H, W]`.
 */
export function processMethods(options: ProcessMethodsOptions): Methods {
  const { diffusion, reverse, conditions, correct } = options;
  const imagesAndSteps = (inputs: NamedTensors, image: string, ...more: string[]) => {
    const named = inputsOf(inputs, [image, 't', ...more], image === 'x' ? [...conditions, 'noise'] : []);
    return { image: named[image] as tf.Tensor4D, t: named.t as tf.Tensor1D, named };
  };
  const looped = (what: keyof ReverseStep) => (inputs: NamedTensors) => {
    const named = inputsOf(inputs, ['x_T'], [...conditions, 'x0', 'mask']);
    const xT = named.x_T as tf.Tensor4D;
    const known = named.x0 && named.mask ? { x0: named.x0 as tf.Tensor4D, mask: named.mask as tf.Tensor4D } : undefined;
    const progress = new Progress(
      rowTimesteps(diffusion.schedule.timesteps, options.logEveryT),
      what,
      what === 'x' ? [tf.clone(xT)] : [],
    );
    const conditionAt = () => options.conditionOf(inputs);
    for (const step of reverse.pSampleLoop({ xT, generator: options.generator(), conditionAt, correct, known }))
      progress.take(step);
    const { x, shown } = progress.result;
    return { x, intermediates: tf.transpose(tf.stack([...shown]), [0, 1, 4, 2, 3]) };
  };
  return {
    q_mean_variance: (inputs) => {
      const { image, t } = imagesAndSteps(inputs, 'x_start');
      return gaussian(diffusion.qMeanVariance(image, t), ['mean', 'variance', 'log_variance']);
    },
    predict_start_from_noise: (inputs) => {
      const { image, t, named } = imagesAndSteps(inputs, 'x_t', 'noise');
      return diffusion.predictStartFromNoise(image, t, named.noise as tf.Tensor4D);
    },
    q_posterior: (inputs) => {
      const { image, t, named } = imagesAndSteps(inputs, 'x_start', 'x_t');
      return gaussian(diffusion.qPosterior(image, named.x_t as tf.Tensor4D, t), [
        'posterior_mean',
        'posterior_variance',
        'posterior_log_variance_clipped',
      ]);
    },
    _prior_bpd: (inputs) => diffusion.priorBpd(inputsOf(inputs, ['x_start']).x_start as tf.Tensor4D),
    p_mean_variance: (inputs) => {
      const { image, t, named } = imagesAndSteps(inputs, 'x');
      const found = reverse.pMeanVariance(image, t, { condition: options.conditionOf(named), correct });
      const names = ['model_mean', 'posterior_variance', 'posterior_log_variance'] as const;
      return { ...gaussian(found, names), x0: found.x0 };
    },
    p_sample: (inputs) => {
      const { image, t, named } = imagesAndSteps(inputs, 'x');
      const noise = (named.noise ?? options.generator().normal(image.shape)) as tf.Tensor4D;
      return reverse.pSample(image, t, noise, { condition: options.conditionOf(named), correct });
    },
    p_sample_loop: looped('x'),
    progressive_denoising: looped('x0'),
  };
}

function gaussian(
  { mean, variance, logVariance }: Gaussian,
  [ofMean, ofVariance, ofLog]: readonly [string, string, string],
): NamedTensors {
  return { [ofMean]: mean, [ofVariance]: variance, [ofLog]: logVariance };
}
