import * as tf from '@tensorflow/tfjs-core';
import { listNames, UserError } from '../../errors.js';
import { sourceOf, type TensorSource } from '../../io/tensor-source.js';
import { Parameter } from '../../nn/index.js';
import { LitEma, warmedUpDecay, WeightAverage } from '../../optim/index.js';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback, SavedTensors } from './callback.js';
import { emaWeightAveragingParams } from './ema-weight-averaging.params.js';

interface State {
  /** Those after the one that the average began with. */
  readonly updates: number;
}

interface NamedPair {
  readonly name: string;
  readonly parameter: Parameter;
  readonly shadow: Parameter;
}

/**
 * Keeps an exponential moving average of a module's trainable weights, with the rules of PyTorch Lightning's
 * EMAWeightAveraging: the first update begins it with the weights as they are, each after moves it by the decay. Validations,
 * tests and images see the averages, training goes on with its own weights, and at its end the module is left with the
 * averages. As in Lightning a checkpoint has the averages in the place of the weights, for whatever reads it, and keeps the
 * training's own beside them, for the run that goes on.
 */
export class EMAWeightAveraging implements Callback {
  readonly #params: Params<typeof emaWeightAveragingParams>;
  #updates = 0;
  /** None before the first update, and after a fit. */
  #pairs: readonly NamedPair[] = [];
  #average = new WeightAverage([]);
  #isInPlace = false;

  constructor(params: ParamsInput<typeof emaWeightAveragingParams> = {}) {
    this.#params = withDefaults(emaWeightAveragingParams, params);
  }

  state(): unknown {
    const state: State = { updates: this.#updates };
    return state;
  }

  loadState(state: unknown): void {
    this.#updates = (state as State).updates;
  }

  /** The training's own weights; the checkpoint's are the averages. */
  saveTensors(weights: TensorSource): SavedTensors | undefined {
    if (this.#pairs.length === 0) return undefined;
    const { tensors, read } = weights;
    const shadows = new Map(this.#pairs.map(({ name, shadow }) => [name, shadow]));
    const exchanged: TensorSource = { tensors, read: (name) => shadows.get(name)?.publish() ?? read(name) };
    const names = [...shadows.keys()];
    if (this.#isInPlace) return { tensors: sourceOf(exchanged, names) };
    return { tensors: sourceOf(weights, names), weights: exchanged };
  }

  /** @throws UserError where weights are trained that no own ones are saved of */
  loadTensors(own: TensorSource, module: LightningModule): void {
    const trained = new Set(module.trainableParameters().map(([name]) => name));
    const differing = [
      ...[...trained].filter((name) => !own.tensors.has(name)),
      ...[...own.tensors.keys()].filter((name) => !trained.has(name)),
    ];
    if (differing.length > 0) {
      throw new UserError({
        problem: 'the checkpoint is of a training of other weights',
        found: `EMAWeightAveraging with other weights: ${listNames(differing)}`,
        expected: 'an average of what the model trains',
        remedy: 'go on with the model of the run, or begin a new run from its weights: model.params.ckpt_path',
      });
    }
    this.#begin(module);
    module.loadStateDict(own, { strict: false });
  }

  /** @throws UserError for a module that keeps an average itself: what it validates by would be an average of both */
  onFitStart(_trainer: Trainer, module: LightningModule): void {
    const own = [...module.namedModules()].find(([, part]) => part instanceof LitEma);
    if (!own) return;
    throw new UserError({
      path: 'lightning.callbacks',
      problem: 'the model keeps an average of its weights itself',
      found: `EMAWeightAveraging beside ${own[0]} of the model`,
      expected: 'one average',
      remedy: 'remove the callback, or the average of the model (use_ema: false)',
    });
  }

  onStepEnd({ globalStep }: Trainer, module: LightningModule): void {
    const { update_every_n_steps: every, update_starting_at_step: first } = this.#params;
    const step = globalStep - 1;
    if (every > 0 && step % every === 0 && step >= (first ?? 0)) this.#update(module);
  }

  onTrainEpochEnd({ currentEpoch }: Trainer, module: LightningModule): void {
    const { update_starting_at_epoch: first } = this.#params;
    // The trainer's epoch is the next one by then.
    if (first !== null && currentEpoch - 1 >= first) this.#update(module);
  }

  async inEvaluation<T>(run: () => Promise<T>): Promise<T> {
    // The images of a validation are drawn within it.
    if (this.#isInPlace) return run();
    this.#isInPlace = true;
    try {
      return await this.#average.during(run);
    } finally {
      this.#isInPlace = false;
    }
  }

  onTearDown(): void {
    for (const { parameter, shadow } of this.#pairs) {
      parameter.assign(tf.clone(shadow.value));
      shadow.dispose();
    }
    this.#pairs = [];
    this.#average = new WeightAverage([]);
  }

  #update(module: LightningModule): void {
    if (this.#pairs.length === 0) {
      this.#begin(module);
      return;
    }
    this.#updates += 1;
    const { decay, use_warmup: warmsUp } = this.#params;
    this.#average.update(warmsUp ? warmedUpDecay(decay, this.#updates) : decay);
  }

  /** The average is that of the weights as they are. */
  #begin(module: LightningModule): void {
    this.#pairs = module.trainableParameters().map(([name, parameter]) => {
      const shadow = new Parameter(parameter.shadow(() => parameter.value));
      // Times one makes a copy: a clone would share the data that an optimizer changes in place.
      shadow.assign(tf.mul(parameter.value, 1));
      return { name, parameter, shadow };
    });
    this.#average = new WeightAverage(this.#pairs);
  }
}
