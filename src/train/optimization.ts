import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../autodiff/index.js';
import { UserError } from '../errors.js';
import type { OptimizerState } from '../optim/index.js';
import { checkFinite, type NamedTensor } from './check-finite.js';
import { clipGradients, type ClipOptions } from './clip-gradients.js';
import { GradientAccumulator } from './gradient-accumulator.js';
import type { TrainerParams } from './trainer.params.js';
import type { LightningModule, OptimizerConfig, TensorBatch } from './lightning-module.js';
import { optimizerTurns } from './optimizer-turns.js';

export interface OptimizationOptions {
  /** Batches whose mean gradient a step takes. */
  readonly accumulate: number;
  /** Of each optimizer's gradients by themselves, where it has no bound of its own. */
  readonly clip?: ClipOptions;
  /** Whether to look for NaN and infinity in every loss and gradient. */
  readonly checksFinite: boolean;
  /** Sees the gradients of an optimizer before it steps, and before they are clipped. */
  readonly beforeStep?: (gradients: readonly NamedTensor[]) => void;
}

/** What an optimizer steps by. */
export interface LearningRate {
  /** Of one kind, the second and those after have a number, as Lightning has it: `Adam`, `Adam-1`. */
  readonly name: string;
  readonly rate: number;
  readonly momentum: number;
  readonly isScheduled: boolean;
}

interface RunningOptimizer extends OptimizerConfig {
  readonly index: number;
  readonly gradients: GradientAccumulator;
}

/** Those that the trainer's parameters ask for. */
export function optimizationOptions(
  params: TrainerParams,
  accumulate: number,
  beforeStep: OptimizationOptions['beforeStep'],
): OptimizationOptions {
  const { gradient_clip_val: value, gradient_clip_algorithm: algorithm } = params;
  return {
    accumulate,
    checksFinite: params.detect_anomaly === true || params.terminate_on_nan === true,
    ...(value && { clip: { value, algorithm: algorithm ?? 'norm' } }),
    ...(beforeStep && { beforeStep }),
  };
}

/**
 * The optimizers of a module at work: gradients of each batch, summed up until a step takes their mean. As in Lightning
 * that is the sum divided by `accumulate`, also where an epoch leaves fewer batches for its last step.
 */
export class Optimization {
  readonly #module: LightningModule;
  readonly #options: OptimizationOptions;
  readonly #optimizers: readonly RunningOptimizer[];
  readonly #turns: (step: number) => readonly number[];

  /** @throws RangeError when the turns that the optimizers take do not go together */
  constructor(module: LightningModule, options: OptimizationOptions) {
    this.#module = module;
    this.#options = options;
    const configs = module.configureOptimizers();
    this.#turns = optimizerTurns(configs);
    this.#optimizers = configs.map((one, index) => ({ ...one, index, gradients: new GradientAccumulator() }));
  }

  /** What each optimizer steps by at a step, counted from 0. */
  learningRates(step: number): LearningRate[] {
    const kinds = this.#optimizers.map(({ optimizer }) => optimizer.constructor.name);
    return this.#optimizers.map(({ optimizer, learningRate, isScheduled = false, index }) => {
      const kind = kinds[index] ?? '';
      const before = kinds.slice(0, index).filter((other) => other === kind).length;
      const name = before === 0 ? kind : `${kind}-${before}`;
      return { name, rate: learningRate(step), momentum: optimizer.momentum ?? 0, isScheduled };
    });
  }

  /**
   * Takes the gradients of a batch, for each optimizer whose turn it is.
   * @param step of the training, counted from 0
   * @param isLast whether the batch is the last of its step, which is then taken
   * @throws Error on a loss or a gradient that is not finite, where that is checked
   */
  take(batch: TensorBatch, batchIndex: number, { step, isLast }: { step: number; isLast: boolean }): void {
    for (const index of this.#turns(step)) {
      const running = this.#optimizers[index] as RunningOptimizer;
      this.#addGradients(running, { batch, batchIndex, step });
      if (isLast) this.#step(running, step);
    }
  }

  #addGradients(
    { optimizer, gradients, index }: RunningOptimizer,
    { batch, batchIndex, step }: { batch: TensorBatch; batchIndex: number; step: number },
  ): void {
    const { accumulate, checksFinite } = this.#options;
    // Nothing else is recorded: the parameters of the others are constants, whatever the loss does with them.
    const weights = optimizer.parameters.map(([, parameter]) => parameter.value);
    const { value, grads } = valueAndGrads(() => {
      const loss = this.#module.trainingStep(batch, batchIndex, index);
      return accumulate === 1 ? loss : tf.div(loss, accumulate);
    }, weights);
    try {
      if (checksFinite) checkFinite(step + 1, namedTensors(optimizer, value, grads));
    } finally {
      value.dispose();
      gradients.add(grads);
    }
  }

  #step(
    { optimizer, learningRate, gradients, clip = this.#options.clip, index }: RunningOptimizer,
    step: number,
  ): void {
    this.#module.onBeforeOptimizerStep?.(index);
    const whole = gradients.take();
    this.#options.beforeStep?.(optimizer.parameters.map(([name], i) => [name, whole[i] as tf.Tensor]));
    const clipped = clip && clipGradients(whole, clip);
    try {
      optimizer.step(clipped ?? whole, learningRate(step));
    } finally {
      tf.dispose([...whole, ...(clipped ?? [])]);
    }
  }

  states(): OptimizerState[] {
    return this.#optimizers.map(({ optimizer }) => optimizer.state());
  }

  /** @throws UserError when the states are of other optimizers */
  load(states: readonly OptimizerState[]): void {
    if (states.length !== this.#optimizers.length) {
      throw new UserError({
        problem: 'the checkpoint is of a training with other optimizers',
        found: `the states of ${states.length}`,
        expected: `of ${this.#optimizers.length}, as many as the model has`,
      });
    }
    this.#optimizers.forEach(({ optimizer }, i) => {
      optimizer.load(states[i] as OptimizerState);
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
