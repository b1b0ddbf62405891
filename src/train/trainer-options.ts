import type { DataModule } from '../data/data-module.js';
import type { RunFolder } from '../io/run-folder.js';
import type { Logger } from '../logging/logger.js';
import type { Callback } from './callbacks/callback.js';
import type { Checkpoint } from './checkpoint-file.js';
import type { LightningModule } from './lightning-module.js';
import type { TrainerParamsInput } from './trainer.params.js';

export interface TrainerOptions {
  readonly params: TrainerParamsInput;
  readonly logger: Logger;
  readonly run: RunFolder;
  /** By their names in the config, in the order their hooks run. */
  readonly callbacks: Readonly<Record<string, Callback>>;
  readonly seed: number;
  /** Whether the learning rate was scaled; checkpoints carry it, for the run that goes on. */
  readonly scaleLr?: boolean;
  /** Says something to the person who watches. */
  readonly report?: (text: string) => void;
  /** The resolved configuration as YAML; every checkpoint carries it. */
  readonly config: string;
}

export interface FitOptions {
  readonly module: LightningModule;
  readonly data: DataModule;
  /** Where to go on from. */
  readonly resume?: Checkpoint;
}

export interface TestOptions {
  readonly module: LightningModule;
  readonly data: DataModule;
  /** What to test on, by the test's step or the validation's. */
  readonly set?: 'test' | 'validation';
  /** Where the weights are from, of a module that this trainer has not trained. */
  readonly checkpoint?: Checkpoint;
}
