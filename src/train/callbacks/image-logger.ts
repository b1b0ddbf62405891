import { join } from 'node:path';
import { cloneTensors, disposeTensors, type TensorBatch } from '../../data/to-tensors.js';
import { encodePng, imageGrid } from '../../io/images.js';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { withDefaults, type Params, type ParamsInput } from '../../params.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback, StepResult } from './callback.js';
import { imageLoggerParams } from './image-logger.params.js';

/**
 * Draws what the module shows of itself (`logImages`) into `images/train/*.png`, named as CompVis's ImageLogger names
 * them, and into the loggers.
 */
export class ImageLogger implements Callback {
  readonly #params: Params<typeof imageLoggerParams>;
  /** Copied from the step's batch, which is gone when training ends. */
  #lastBatch: TensorBatch = {};
  #drawnStep = -1;

  constructor(params: ParamsInput<typeof imageLoggerParams> = {}) {
    this.#params = withDefaults(imageLoggerParams, params);
  }

  async onTrainBatchEnd(trainer: Trainer, module: LightningModule, { batch }: StepResult): Promise<void> {
    const { batch_frequency: frequency, log_last: logLast } = this.#params;
    if (frequency !== null && trainer.globalStep % frequency === 0) await this.#draw(trainer, module, batch);
    if (logLast && trainer.globalStep >= trainer.lastStep) this.#keep(batch);
  }

  async onFitEnd(trainer: Trainer, module: LightningModule): Promise<void> {
    const batch = this.#lastBatch;
    if (Object.keys(batch).length > 0 && trainer.globalStep !== this.#drawnStep)
      await this.#draw(trainer, module, batch);
    disposeTensors(batch);
    this.#lastBatch = {};
  }

  #keep(batch: TensorBatch): void {
    this.#lastBatch = cloneTensors(batch);
  }

  async #draw(trainer: Trainer, module: LightningModule, batch: TensorBatch): Promise<void> {
    module.eval();
    try {
      const grids = await module.logImages(batch, { maxImages: this.#params.max_images });
      for (const [name, { images, columns }] of Object.entries(grids)) {
        const data = await images.data<'float32'>();
        const image = imageGrid({ data, shape: images.shape }, { columns });
        images.dispose();
        const png = await encodePng(image);
        writeFileAtomically(join(trainer.run.images.train, fileName(name, trainer)), png);
        trainer.logger.logImage(`train/${name}`, png, trainer.globalStep);
      }
    } finally {
      module.train();
    }
    this.#drawnStep = trainer.globalStep;
  }
}

/** CompVis's `{key}_gs-{global_step}_e-{epoch}_b-{batch}.png`. */
function fileName(name: string, { globalStep, currentEpoch, batchInEpoch }: Trainer): string {
  const padded = (value: number): string => String(value).padStart(6, '0');
  return `${name}_gs-${padded(globalStep)}_e-${padded(currentEpoch)}_b-${padded(batchInEpoch)}.png`;
}
