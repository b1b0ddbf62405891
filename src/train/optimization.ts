import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../autodiff/index.js';
import type { OptimizerState } from '../optim/index.js';
import { checkFinite, type NamedTensor } from './check-finite.js';
import { clipGradients, type ClipOptions } from './clip-gradients.js';
import { GradientAccumulator } from './gradient-accumulator.js';
import type { LightningModule, OptimizerConfig, TensorBatch } from './lightning-module.js';

export interface OptimizationOptions {
  /** Batches whose mean gradient a step takes. */
  readonly accumulate: number;
  readonly clip?: ClipOptions;
  /** Whether to look for NaN and infinity in every loss and gradient. */
  readonly checksFinite: boolean;
}

/**
 * The optimizers of a module at work: gradients of each batch, summed up until a step takes their mean. As in Lightning
 * that is the sum divided by `accumulate`, also where an epoch leaves fewer batches for its last step.
 */
export class Optimization {
  readonly #module: LightningModule;
  readonly #options: OptimizationOptions;
  readonly #optimizers: readonly (OptimizerConfig & { readonly gradients: GradientAccumulator })[];

  constructor(module: LightningModule, options: OptimizationOptions) {
    this.#module = module;
    this.#options = options;
    this.#optimizers = module.configureOptimizers().map((one) => ({ ...one, gradients: new GradientAccumulator() }));
  }

  /** Each optimizer's name and rate at a step, counted from 0. */
  learningRates(step: number): { name: string; rate: number }[] {
    return this.#optimizers.map(({ optimizer, learningRate }) => ({
      name: optimizer.constructor.name,
      rate: learningRate(step),
    }));
  }

  /**
   * Takes the gradients of a batch.
   * @param step of the training, counted from 0
   * @param isLast whether the batch is the last of its step, which is then taken
   * @throws Error on a loss or a gradient that is not finite, where that is checked
   */
  take(batch: TensorBatch, batchIndex: number, { step, isLast }: { step: number; isLast: boolean }): void {
    const { accumulate, clip } = this.#options;
    for (const { optimizer, learningRate, gradients } of this.#optimizers) {
      const weights = optimizer.parameters.map(([, parameter]) => parameter.value);
      const { value, grads } = valueAndGrads(() => {
        const loss = this.#module.trainingStep(batch, batchIndex);
        return accumulate === 1 ? loss : tf.div(loss, accumulate);
      }, weights);
      try {
        if (this.#options.checksFinite) checkFinite(step + 1, namedTensors(optimizer, value, grads));
      } finally {
        value.dispose();
        gradients.add(grads);
      }
      if (!isLast) continue;
      const whole = gradients.take();
      const clipped = clip && clipGradients(whole, clip);
      try {
        optimizer.step(clipped ?? whole, learningRate(step));
      } finally {
        tf.dispose([...whole, ...(clipped ?? [])]);
      }
    }
  }

  states(): OptimizerState[] {
    return this.#optimizers.map(({ optimizer }) => optimizer.state());
  }

  load(states: readonly OptimizerState[]): void {
    this.#optimizers.forEach(({ optimizer }, i) => {
      const state = states[i];
      if (state) optimizer.load(state);
    });
  }

  dispose(): void {
    for (const { optimizer, gradients } of this.#optimizers) {
      optimizer.dispose();
      gradients.dispose();
    }
  }
}

function* namedTensors(
  { parameters }: OptimizerConfig['optimizer'],
  loss: tf.Tensor,
  gradients: readonly tf.Tensor[],
): Generator<NamedTensor> {
  yield ['the loss', loss];
  for (const [i, [name]] of parameters.entries()) {
    const gradient = gradients[i];
    if (gradient) yield [`the gradient of ${name}`, gradient];
  }
}
