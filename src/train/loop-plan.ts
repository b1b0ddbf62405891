import { UserError } from '../errors.js';
import type { TrainerParams } from './trainer.params.js';

/** Lightning's limit where neither max_epochs nor max_steps is given. */
const DEFAULT_MAX_EPOCHS = 1000;

/** How many batches the loaders of a fit have; 0 where there is none. */
export interface LoaderSizes {
  readonly train: number;
  readonly validation: number;
}

/**
 * What the options of the trainer mean for given data: how long training is, where its steps and validations fall. A pure
 * function, so that a run that goes on finds itself in the same plan.
 */
export class LoopPlan {
  /** Batches of a training epoch. */
  readonly trainBatches: number;
  /** Batches of a validation; 0 for none. */
  readonly validationBatches: number;
  /** Batches validated before training. */
  readonly sanityBatches: number;
  /** Batches whose mean gradient one step takes. */
  readonly accumulate: number;
  readonly stepsPerEpoch: number;
  /** The step at which training ends, unless it is asked to stop before; Infinity for never. */
  readonly lastStep: number;
  readonly #interval: number | 'epoch';
  readonly #everyEpochs: number;
  /** Whether the interval begins anew with each epoch. */
  readonly #isWithinEpochs: boolean;
  readonly #minStep: number;

  /** @throws UserError where a limit leaves nothing to train on, or an interval is longer than what it divides */
  constructor(params: TrainerParams, sizes: LoaderSizes) {
    const devBatches = Number(params.fast_dev_run);
    const { overfit_batches: overfit, val_check_interval: interval, check_val_every_n_epoch: everyEpochs } = params;
    const isDevRun = devBatches > 0;
    const isOverfit = overfit !== null && overfit > 0;
    const cut = isDevRun ? devBatches : Infinity;
    const limit = (option: 'limit_train_batches' | 'limit_val_batches', available: number) =>
      Math.min(
        cut,
        isOverfit ? limited('overfit_batches', overfit, available) : limited(option, params[option], available),
      );
    this.trainBatches = limit('limit_train_batches', sizes.train);
    this.validationBatches = params.limit_val_batches === 0 ? 0 : limit('limit_val_batches', sizes.validation);
    if (this.trainBatches === 0) {
      throw new UserError({ path: 'lightning.trainer.limit_train_batches', problem: '0 leaves nothing to train on' });
    }
    const sanity = isDevRun ? 0 : (params.num_sanity_val_steps ?? 0);
    this.sanityBatches = Math.min(sanity === -1 ? Infinity : sanity, this.validationBatches);
    this.accumulate = params.accumulate_grad_batches ?? 1;
    this.stepsPerEpoch = Math.ceil(this.trainBatches / this.accumulate);

    const maxSteps = unlimited(params.max_steps);
    const fallback = maxSteps === Infinity ? DEFAULT_MAX_EPOCHS : Infinity;
    const maxEpochs = params.max_epochs === null ? fallback : unlimited(params.max_epochs);
    this.lastStep = isDevRun ? this.stepsPerEpoch : Math.min(maxEpochs * this.stepsPerEpoch, maxSteps);
    this.#minStep = Math.max((params.min_epochs ?? 0) * this.stepsPerEpoch, params.min_steps ?? 0);

    this.#everyEpochs = isDevRun ? 1 : (everyEpochs ?? 1);
    this.#isWithinEpochs = everyEpochs !== null || (interval !== null && interval < 1);
    this.#interval = isDevRun || interval === null ? 'epoch' : wholeInterval(interval, this.trainBatches);
    if (this.#isWithinEpochs && this.#interval !== 'epoch' && this.#interval > this.trainBatches) {
      throw new UserError({
        path: 'lightning.trainer.val_check_interval',
        problem: 'no epoch is that long',
        found: String(interval),
        expected: `at most ${this.trainBatches}, the batches of an epoch`,
        remedy: 'leave out check_val_every_n_epoch to count batches across epochs',
      });
    }
  }

  /** Whether the optimizers step after this many batches of an epoch: it ends with a step, whatever is left. */
  stepsAfter(batches: number): boolean {
    return batches % this.accumulate === 0 || batches >= this.trainBatches;
  }

  /** Whether a validation follows this many batches of an epoch, counted from 0; for its end see {@link validatesEpoch}. */
  validatesAfter(batches: number, epoch: number): boolean {
    if (this.#interval === 'epoch') return false;
    if (!this.#isWithinEpochs) return (epoch * this.trainBatches + batches) % this.#interval === 0;
    return this.#isValidationEpoch(epoch) && batches % this.#interval === 0;
  }

  /** Whether a validation follows the end of an epoch, counted from 0. */
  validatesEpoch(epoch: number): boolean {
    return this.#interval === 'epoch' && this.#isValidationEpoch(epoch);
  }

  /** Whether early stopping may stop after this many steps. */
  mayStopEarly(steps: number): boolean {
    return steps >= this.#minStep;
  }

  #isValidationEpoch(epoch: number): boolean {
    return (epoch + 1) % this.#everyEpochs === 0;
  }
}

/** How many batches a test has, or a validation outside of training. @throws UserError as {@link LoopPlan} */
export function evaluationBatches(
  params: TrainerParams,
  option: 'limit_val_batches' | 'limit_test_batches',
  available: number,
): number {
  const devBatches = Number(params.fast_dev_run);
  return Math.min(devBatches > 0 ? devBatches : Infinity, limited(option, params[option], available));
}

/** A number of batches, or below 1 a fraction of those there are. @throws UserError for a fraction that is not one batch */
function limited(name: string, limit: number | null, available: number): number {
  if (limit === null) return available;
  if (limit >= 1 || limit === 0) return Math.min(limit, available);
  const batches = Math.floor(available * limit);
  if (batches > 0 || available === 0) return batches;
  throw new UserError({
    path: `lightning.trainer.${name}`,
    problem: `${limit} of ${available} batches is not one batch`,
    remedy: `write a larger fraction, or the number of batches: ${name}: 1`,
  });
}

function wholeInterval(interval: number, batches: number): number {
  return interval >= 1 ? interval : Math.max(1, Math.floor(batches * interval));
}

function unlimited(limit: number | null): number {
  return limit === null || limit === -1 ? Infinity : limit;
}
