import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import { toFloat32 } from '../io/host-tensor.js';
import { found } from '../io/tensor-source.js';
import type { Parameter } from '../nn/index.js';
import type { Optimizer, OptimizerState } from './optimizer.js';

/** What one step works with, in the same order. */
export interface StepTensors {
  readonly parameters: readonly tf.Variable[];
  readonly gradients: readonly tf.Tensor[];
}

/** What one step goes by. */
export interface StepOptions {
  readonly learningRate: number;
  /** 1 for the first step. */
  readonly step: number;
}

/**
 * What optimizers share that keep moments: tensors shaped like the parameters, which begin with zeros and are saved in
 * PyTorch's layout under PyTorch's names, such as `exp_avg.<parameter>`. A subclass says which, and what a step does.
 */
export abstract class MomentOptimizer<Name extends string> implements Optimizer {
  readonly #moments: ReadonlyMap<Name, readonly tf.Variable[]>;
  #step = 0;

  /**
   * @param parameters names and initialized parameters
   * @param names of the moments
   */
  protected constructor(
    readonly parameters: readonly (readonly [string, Parameter])[],
    names: readonly Name[],
  ) {
    const zeros = () => parameters.map(([, { shape }]) => tf.tidy(() => tf.variable(tf.zeros([...shape]), false)));
    this.#moments = new Map(names.map((name) => [name, zeros()]));
  }

  protected abstract update(tensors: StepTensors, options: StepOptions): void;

  /** In the order of the parameters; none where nothing is kept under this name. */
  protected moments(name: Name): readonly tf.Variable[] {
    return this.#moments.get(name) ?? [];
  }

  step(gradients: readonly tf.Tensor[], learningRate: number): void {
    this.#step += 1;
    const parameters = this.parameters.map(([, parameter]) => parameter.value);
    this.update({ parameters, gradients }, { learningRate, step: this.#step });
  }

  state(): OptimizerState {
    const entries = new Map(this.#entries().map((entry) => [entry.key, entry]));
    return {
      step: this.#step,
      tensors: {
        tensors: new Map([...entries].map(([key, { parameter }]) => [key, parameter.published])),
        read: (key) => {
          const { moment, parameter } = found(entries, key);
          return parameter.publish(moment);
        },
      },
    };
  }

  /** @throws UserError, before anything is loaded, when the state is of other parameters or of another optimizer */
  load({ step, tensors }: OptimizerState): void {
    const entries = this.#entries();
    const own = new Set(entries.map(({ key }) => key));
    const saved = tensors.tensors;
    const missing = [...own].find((key) => !saved.has(key));
    const misfit = missing === undefined ? [...saved.keys()].find((key) => !own.has(key)) : `no ${missing}`;
    if (misfit !== undefined) {
      throw new UserError({
        problem: `the saved state of ${this.constructor.name} has ${misfit}`,
        expected: 'what this optimizer keeps of the parameters that it trains',
        remedy: 'go on with the optimizer of the run, or begin a new run from its weights: model.params.ckpt_path',
      });
    }
    for (const { key, moment, parameter } of entries) {
      tf.tidy(() => {
        const tensor = tensors.read(key);
        moment.assign(parameter.held(tf.tensor(toFloat32(tensor), [...tensor.shape])));
      });
    }
    this.#step = step;
  }

  dispose(): void {
    tf.dispose([...this.#moments.values()].flat());
  }

  #entries(): { key: string; moment: tf.Variable; parameter: Parameter }[] {
    return [...this.#moments].flatMap(([prefix, moments]) =>
      this.parameters.map(([name, parameter], i) => ({
        key: `${prefix}.${name}`,
        moment: moments[i] as tf.Variable,
        parameter,
      })),
    );
  }
}
