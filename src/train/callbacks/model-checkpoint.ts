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

  onTrainBatchEnd(trainer: Trainer): void {
    const { every_n_train_steps: every } = this.#params;
    if (every !== null && trainer.globalStep % every === 0) this.#save(trainer);
  }

  onTrainEpochEnd(trainer: Trainer): void {
    const { every_n_train_steps: every, every_n_epochs: epochs } = this.#params;
    if (every === null && trainer.currentEpoch % epochs === 0) this.#save(trainer);
  }

  onFitEnd(trainer: Trainer): void {
    this.#save(trainer);
  }

  #save(trainer: Trainer): void {
    if (trainer.globalStep === this.#savedStep) return;
    writeCheckpoint(join(trainer.run.checkpoints, 'last.ckpt'), trainer.checkpoint());
    this.#savedStep = trainer.globalStep;
  }
}
