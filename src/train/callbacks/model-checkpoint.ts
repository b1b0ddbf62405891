import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.js';
import { writeProblem } from '../../io/file-problems.js';
import { makeFolder } from '../../io/make-folder.js';
import type { KeptCheckpoints } from '../../io/run-checkpoint.js';
import type { RunFolder } from '../../io/run-folder.js';
import { formatValue } from '../../logging/format.js';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import { durationSeconds } from '../duration.js';
import { readNewestCheckpoint, writeCheckpoint, writeWeights, type Checkpoint } from '../checkpoint-file.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import { BestCheckpoints, type KeptCheckpoint } from './best-checkpoints.js';
import type { Callback, StepResult } from './callback.js';
import { checkpointName } from './checkpoint-name.js';
import { modelCheckpointParams } from './model-checkpoint.params.js';
import { unknownMonitor } from './unknown-monitor.js';

const LAST = 'last.ckpt';
/** What `last.ckpt` was before it. */
const PREVIOUS = 'previous.ckpt';
const DEFAULT_FILENAME = '{epoch:06}';

interface State extends KeptCheckpoints {
  /** Absent, with what follows, in checkpoints of earlier versions. */
  readonly savedStep?: number;
  readonly isDue?: boolean;
  readonly hasMetrics?: boolean;
}

/**
 * Saves everything a run needs to go on as `checkpoints/last.ckpt`, every so many steps, epochs or minutes and at its end;
 * beside it the best checkpoints by a logged value, as PyTorch Lightning's ModelCheckpoint does. A checkpoint that is no
 * longer among the best is removed when the new ones are whole, and what `last.ckpt` replaces is kept as `previous.ckpt`.
 * A checkpoint due at the last step of an epoch waits for the end of the epoch: all that is logged at that step is then
 * behind it.
 */
export class ModelCheckpoint implements Callback {
  readonly #params: Params<typeof modelCheckpointParams>;
  readonly #best: BestCheckpoints;
  readonly #everyEpochs: number;
  readonly #everySeconds: number;
  /** The last step whose turn it was, and the last of which this process wrote `last.ckpt`, whatever for. */
  #savedStep = -1;
  #writtenStep = -1;
  #savedTime = performance.now();
  /** Whether a validation ended whose checkpoint waits for the end of its step. */
  #isDue = false;
  #hasMetrics = false;

  constructor(params: ParamsInput<typeof modelCheckpointParams> = {}) {
    this.#params = withDefaults(modelCheckpointParams, params);
    const { monitor, mode, save_top_k: count } = this.#params;
    this.#best = new BestCheckpoints(count ?? (monitor === null ? 0 : 1), mode);
    const { every_n_train_steps: steps, train_time_interval: time, every_n_epochs: epochs } = this.#params;
    this.#everySeconds = durationSeconds(time ?? {});
    this.#everyEpochs = epochs ?? (steps || this.#everySeconds ? 0 : 1);
  }

  state(): unknown {
    const state: Required<State> = {
      best: this.#best.kept,
      monitor: this.#params.monitor,
      dirpath: this.#params.dirpath,
      savedStep: this.#savedStep,
      isDue: this.#isDue,
      hasMetrics: this.#hasMetrics,
    };
    return state;
  }

  loadState(state: unknown): void {
    const { best, savedStep = -1, isDue = false, hasMetrics = false } = state as State;
    this.#best.kept = best;
    this.#savedStep = savedStep;
    this.#isDue = isDue;
    this.#hasMetrics = hasMetrics;
  }

  /** The best checkpoint by the monitored value, where one is monitored and kept. */
  bestIn(run: RunFolder): { path: string; monitor: string; score: number } | undefined {
    const { monitor, dirpath } = this.#params;
    const [best] = this.#best.kept;
    if (monitor === null || best === undefined || best.score === null) return undefined;
    return { path: join(dirpath ?? run.checkpoints, best.file), monitor, score: best.score };
  }

  onFitStart(): void {
    this.#savedTime = performance.now();
  }

  onValidationEnd(trainer: Trainer): void {
    this.#hasMetrics = true;
    if (!this.#savesAtEpochEnd(trainer)) this.#isDue ||= this.#isEpochDue(trainer.currentEpoch + 1);
  }

  async onTrainBatchEnd(trainer: Trainer, _module: LightningModule, { stepped }: StepResult): Promise<void> {
    const { every_n_train_steps: every } = this.#params;
    const isTime = this.#everySeconds > 0 && performance.now() - this.#savedTime >= this.#everySeconds * 1000;
    if (!stepped) return;
    this.#isDue ||= isTime || (!!every && trainer.globalStep % every === 0);
    if (this.#isDue && !trainer.isAtEpochEnd) await this.#save(trainer);
  }

  async onTrainEpochEnd(trainer: Trainer): Promise<void> {
    this.#hasMetrics = true;
    const isDue = this.#savesAtEpochEnd(trainer) && this.#isEpochDue(trainer.currentEpoch);
    if (this.#isDue || isDue) await this.#save(trainer);
  }

  async onSaveRequest(trainer: Trainer): Promise<void> {
    if (!this.#savesLast) return;
    await this.#saveLast(trainer);
    trainer.report(`step ${trainer.globalStep}  saved ${LAST}`);
  }

  async onFitEnd(trainer: Trainer): Promise<void> {
    if (this.#savesLast) await this.#saveLast(trainer);
  }

  get #savesLast(): boolean {
    return this.#params.save_last ?? true;
  }

  #isEpochDue(epochs: number): boolean {
    return this.#everyEpochs > 0 && epochs % this.#everyEpochs === 0;
  }

  /** The monitored value is new at the end of an epoch where that ends with a validation, else after validations. */
  #savesAtEpochEnd({ params }: Trainer): boolean {
    const { save_on_train_epoch_end: says, monitor } = this.#params;
    return (
      says ?? (monitor === null || (params.val_check_interval === null && (params.check_val_every_n_epoch ?? 1) === 1))
    );
  }

  async #save(trainer: Trainer): Promise<void> {
    this.#isDue = false;
    if (trainer.globalStep === this.#savedStep) return;
    this.#savedTime = performance.now();
    this.#savedStep = trainer.globalStep;
    const judged = this.#judge(trainer);
    const kept = judged instanceof UserError ? undefined : judged;
    const pruned = kept ? this.#best.add(kept) : [];
    await this.#write(trainer, kept?.file);
    for (const { file } of pruned) rmSync(join(this.#folder(trainer), file), { force: true });
    if (judged instanceof UserError) throw judged;
    if (kept && this.#params.verbose) this.#tell(trainer, kept);
  }

  /** Out of turn: what is due stays due. */
  async #saveLast(trainer: Trainer): Promise<void> {
    if (trainer.globalStep !== this.#writtenStep) await this.#write(trainer);
  }

  async #write(trainer: Trainer, kept?: string): Promise<void> {
    try {
      // What was logged up to here must be on disk before the step counts as done: a run that goes on from this
      // checkpoint does not log it again.
      await trainer.logger.flush();
    } finally {
      const checkpoint = trainer.checkpoint();
      if (kept !== undefined) this.#writeKept(join(this.#folder(trainer), kept), checkpoint);
      if (this.#savesLast) {
        const { checkpoints: folder } = trainer.run;
        const last = join(folder, LAST);
        // One that this process did not write may be damaged: then it is the one before it that is worth keeping.
        const isWhole = this.#writtenStep >= 0 || readNewestCheckpoint([last]).checkpoint !== undefined;
        writeCheckpoint(last, checkpoint, isWhole ? join(folder, PREVIOUS) : undefined);
        this.#writtenStep = trainer.globalStep;
      }
    }
  }

  /** The checkpoint to keep of this step, if it is good enough; an error where nothing of the monitor's name is logged. */
  #judge(trainer: Trainer): KeptCheckpoint | UserError | undefined {
    const { monitor, filename, auto_insert_metric_name: insertNames } = this.#params;
    if (this.#best.count === 0) return undefined;
    const metrics = trainer.latestMetrics;
    const score = monitor === null ? null : metrics[monitor];
    if (score === undefined) {
      // Before the first validation there may be nothing to judge by.
      if (!this.#hasMetrics) return undefined;
      return unknownMonitor(monitor ?? '', metrics);
    }
    if (!this.#best.takes(score)) return undefined;
    const values = { ...metrics, epoch: this.#epochOf(trainer), step: trainer.globalStep };
    const name = checkpointName(filename ?? DEFAULT_FILENAME, values, insertNames);
    return { file: this.#unused(name), score };
  }

  /** The epoch that the steps so far belong to: at its end the trainer's is the next one already. */
  #epochOf({ currentEpoch, batchInEpoch }: Trainer): number {
    return batchInEpoch === 0 ? Math.max(0, currentEpoch - 1) : currentEpoch;
  }

  /** Of several checkpoints of one name, the later ones are told apart as Lightning does: `-v1`, `-v2`. */
  #unused(name: string): string {
    const taken = new Set(this.#best.kept.map(({ file }) => file));
    for (let version = 0; ; version++) {
      const file = `${name}${version === 0 ? '' : `-v${version}`}.ckpt`;
      if (!taken.has(file)) return file;
    }
  }

  #folder({ run }: Trainer): string {
    return this.#params.dirpath ?? run.checkpoints;
  }

  #writeKept(path: string, checkpoint: Checkpoint): void {
    const folder = this.#params.dirpath;
    try {
      if (folder !== null && !existsSync(folder)) makeFolder(folder);
    } catch (cause) {
      throw writeProblem(folder ?? path, 'create the folder of checkpoints', cause);
    }
    if (this.#params.save_weights_only === true) writeWeights(path, checkpoint);
    else writeCheckpoint(path, checkpoint);
  }

  #tell(trainer: Trainer, { file, score }: KeptCheckpoint): void {
    const value = score === null ? '' : `  ${this.#params.monitor ?? ''} ${formatValue(score)}`;
    trainer.report(`step ${trainer.globalStep}  kept ${file}${value}`);
  }
}
