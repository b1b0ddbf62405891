import { join } from 'node:path';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import { writeCheckpoint } from '../checkpoint-file.js';
import type { Trainer } from '../trainer.js';
import type { Callback } from './callback.js';
import { modelCheckpointParams } from './model-checkpoint.params.js';

/** Saves everything a run needs to go on, every so many steps and at its end, as `checkpoints/last.ckpt`. */
export class ModelCheckpoint implements Callback {
  readonly #params: Params<typeof modelCheckpointParams>;
  #savedStep = -1;

  constructor(params: ParamsInput<typeof modelCheckpointParams> = {}) {
    this.#params = withDefaults(modelCheckpointParams, params);
  }

  async onTrainBatchEnd(trainer: Trainer): Promise<void> {
    const { every_n_train_steps: every } = this.#params;
    if (every !== null && trainer.globalStep % every === 0) await this.#save(trainer);
  }

  async onTrainEpochEnd(trainer: Trainer): Promise<void> {
    const { every_n_train_steps: every, every_n_epochs: epochs } = this.#params;
    if (every === null && trainer.currentEpoch % epochs === 0) await this.#save(trainer);
  }

  async onFitEnd(trainer: Trainer): Promise<void> {
    await this.#save(trainer);
  }

  async #save(trainer: Trainer): Promise<void> {
    if (trainer.globalStep === this.#savedStep) return;
    try {
      // What was logged up to here must be on disk before the step counts as done: a run that goes on from this
      // checkpoint does not log it again.
      await trainer.logger.flush();
    } finally {
      writeCheckpoint(join(trainer.run.checkpoints, 'last.ckpt'), trainer.checkpoint());
      this.#savedStep = trainer.globalStep;
    }
  }
}
