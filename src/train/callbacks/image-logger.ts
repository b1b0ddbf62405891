import { join } from 'node:path';
import type { TensorBatch } from '../../data/to-tensors.js';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { encodePng, imageGrid } from '../../io/images.js';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult, ValidationResult } from './callback.js';
import { imageLoggerParams } from './image-logger.params.js';

/**
 * Draws what the module shows of itself (`logImages`) into `images/{train,val}/*.png`, named as CompVis's ImageLogger names
 * them, and into the loggers. Steps count from 1. Of a validation that falls on a step to draw at, the first batch is shown.
 */
export class ImageLogger implements Callback {
  readonly #params: Params<typeof imageLoggerParams>;

  constructor(params: ParamsInput<typeof imageLoggerParams> = {}) {
    this.#params = withDefaults(imageLoggerParams, params);
  }

  async onTrainBatchEnd(trainer: Trainer, module: LightningModule, { batch, stepped }: StepResult): Promise<void> {
    if (!this.#isOn) return;
    const { log_on_batch_idx: byBatch, log_last: logLast } = this.#params;
    const isDue = byBatch ? this.#isDue(trainer.batchInEpoch) : stepped && this.#isDue(trainer.globalStep);
    // Before the checkpoint of that step, not after it: a run that is killed then has them behind it.
    const isLast = logLast && stepped && trainer.globalStep >= trainer.lastStep;
    if (isDue || isLast) await this.#draw('train', trainer, module, batch, trainer.batchInEpoch);
  }

  async onValidationBatchEnd(
    trainer: Trainer,
    module: LightningModule,
    { batch, batchIndex }: ValidationResult,
  ): Promise<void> {
    if (!this.#isOn) return;
    const isDue = this.#params.log_on_batch_idx
      ? this.#isDue(batchIndex + 1)
      : batchIndex === 0 && this.#isDue(trainer.globalStep);
    if (isDue) await this.#draw('val', trainer, module, batch, batchIndex + 1);
  }

  get #isOn(): boolean {
    return !this.#params.disabled && this.#params.max_images > 0;
  }

  /** @param count of steps or batches, from 1 */
  #isDue(count: number): boolean {
    const { batch_frequency: frequency, increase_log_steps: increases, log_first_step: first } = this.#params;
    if (first && count === 1) return true;
    if (frequency === null) return false;
    return count % frequency === 0 || (increases && count < frequency && Number.isInteger(Math.log2(count)));
  }

  async #draw(
    split: 'train' | 'val',
    trainer: Trainer,
    module: LightningModule,
    batch: TensorBatch,
    batchNumber: number,
  ): Promise<void> {
    const { max_images: maxImages, log_images_kwargs: kwargs, rescale } = this.#params;
    const wasTraining = module.training;
    module.eval();
    try {
      const asked = { ...kwargs, maxImages: Math.min(maxImages, kwargs?.N ?? Infinity) };
      const grids = await trainer.inEvaluation(() => module.logImages(batch, asked));
      for (const [name, { images, columns }] of Object.entries(grids)) {
        const data = await images.data<'float32'>();
        const image = imageGrid({ data, shape: images.shape }, { columns, range: rescale ? [-1, 1] : [0, 1] });
        images.dispose();
        const png = await encodePng(image);
        writeFileAtomically(join(trainer.run.images[split], fileName(name, trainer, batchNumber)), png);
        trainer.logger.logImage(`${split}/${name}`, png, trainer.globalStep);
      }
    } finally {
      if (wasTraining) module.train();
    }
  }
}

/** CompVis's `{key}_gs-{global_step}_e-{epoch}_b-{batch}.png`. */
function fileName(name: string, { globalStep, currentEpoch }: Trainer, batch: number): string {
  const padded = (value: number): string => String(value).padStart(6, '0');
  return `${name}_gs-${padded(globalStep)}_e-${padded(currentEpoch)}_b-${padded(batch)}.png`;
}
