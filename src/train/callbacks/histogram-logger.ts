import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { NamedTensor } from '../check-finite.js';
import type { LightningModule } from '../lightning-module.js';
import { tensorHistograms } from '../tensor-histograms.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';
import { histogramLoggerParams } from './histogram-logger.params.js';

/**
 * Logs how the weights and the gradients of each trained parameter are distributed, as `weights/<name>` and
 * `gradients/<name>`, every so many steps. Where gradients are accumulated they are those that the step takes.
 */
export class HistogramLogger implements Callback {
  readonly #params: Params<typeof histogramLoggerParams>;
  readonly #include: RegExp;

  /** @throws SyntaxError where `include` is no regular expression */
  constructor(params: ParamsInput<typeof histogramLoggerParams> = {}) {
    this.#params = withDefaults(histogramLoggerParams, params);
    this.#include = new RegExp(this.#params.include ?? '');
  }

  onBeforeOptimizerStep(trainer: Trainer, _module: LightningModule, gradients: readonly NamedTensor[]): void {
    const step = trainer.globalStep + 1;
    if (this.#params.gradients && this.#isDue(step)) this.#log('gradients', gradients, trainer, step);
  }

  onTrainBatchEnd(trainer: Trainer, module: LightningModule, { stepped }: StepResult): void {
    if (!stepped || !this.#params.weights || !this.#isDue(trainer.globalStep)) return;
    const weights = module.trainableParameters().map(([name, { value }]) => [name, value] as const);
    this.#log('weights', weights, trainer, trainer.globalStep);
  }

  #isDue(step: number): boolean {
    return step % this.#params.every_n_train_steps === 0;
  }

  #log(kind: string, tensors: readonly NamedTensor[], { logger }: Trainer, step: number): void {
    const chosen = tensors.filter(([name]) => this.#include.test(name));
    for (const [name, histogram] of tensorHistograms(chosen, this.#params.bins)) {
      logger.logHistogram?.(`${kind}/${name}`, histogram, step);
    }
  }
}
