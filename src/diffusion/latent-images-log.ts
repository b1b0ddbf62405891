import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { batchSize, disposeTensors, firstExamples } from '../data/to-tensors.js';
import { RandomStreams } from '../random/index.js';
import type { SampleRequest } from '../samplers/index.js';
import { namedGrids } from '../train/image-grids.js';
import type { ImageGrid, LogImagesOptions, TensorBatch } from '../train/lightning-module.js';
import type { Condition } from './condition.js';
import { diffusionRow, rowTimesteps } from './diffusion-row.js';
import type { DrawOptions } from './diffusion-model.js';
import type { GaussianDiffusion } from './gaussian-diffusion.js';
import { guidedName, logSampler, type LogSamplerOptions } from './log-sampler.js';
import { Progress, rowsOf, stageKeeper } from './progress.js';
import type { ReverseProcess } from './reverse-process.js';

/** What a LatentDiffusion lends of itself to be shown. */
export interface LatentImagesSource {
  readonly diffusion: GaussianDiffusion;
  readonly reverse: ReverseProcess;
  readonly logEveryT: number;
  readonly seed: number;
  /** Images of the batch, `[N, H, W, C]`. */
  readonly inputsOf: (batch: TensorBatch) => tf.Tensor4D;
  readonly startOf: (batch: TensorBatch, streams: RandomStreams) => tf.Tensor4D;
  readonly decode: (z: tf.Tensor4D) => tf.Tensor4D;
  readonly conditionOf: (batch: TensorBatch) => Condition;
  /** The condition that stands for none, of so many images, where one does. */
  readonly nullConditions: (count: number) => Pick<DrawOptions, 'unconditional'>;
  /** The condition as the network gets it at a timestep. */
  readonly conditionAt: (condition: Condition, timestep: number, streams: RandomStreams) => Condition;
  /** Pictures of the condition by name. */
  readonly conditioningImages: (
    batch: TensorBatch,
    condition: Condition,
    streams: RandomStreams,
  ) => Readonly<Record<string, tf.Tensor4D>>;
  /** The nearest codes, where the first stage has a codebook. */
  readonly quantize: ((z: tf.Tensor4D) => tf.Tensor4D) | undefined;
  readonly draw: (request: SampleRequest, options: DrawOptions) => Promise<tf.Tensor4D>;
  readonly withAveragedWeights: (f: () => Promise<void>) => Promise<void>;
}

/** Rows of a diffusion row, as published. */
const MOST_ROWS = 4;

/**
 * The published `log_images` of LatentDiffusion, with its names and defaults: `inputs`, `reconstruction`, `conditioning`
 * and `original_conditioning`, `diffusion_row`, `samples`, `denoise_row`, `samples_x0_quantized`, `samples_inpainting`
 * with its `mask`, `samples_outpainting` and `progressive_row`. Samples are drawn under the batch's own conditions.
 */
export async function logLatentImages(
  model: LatentImagesSource,
  batch: TensorBatch,
  options: LogImagesOptions,
): Promise<Record<string, ImageGrid>> {
  const count = Math.min(options.maxImages, batchSize(batch));
  // Fixed noise: then the pictures of one training show the weights changing, not the draw.
  const streams = new RandomStreams(model.seed);
  const some = firstExamples(batch, count);
  let log: LatentImagesLog | undefined;
  try {
    const inputs = tf.tidy(() => tf.clone(model.inputsOf(some)));
    if (options.only_inputs) return { inputs: { images: inputs, columns: count } };
    log = new LatentImagesLog(model, streams, {
      inputs,
      ...tf.tidy(() => ({ z: model.startOf(some, streams), condition: model.conditionOf(some) })),
    });
    await log.showAll(some, options);
    return namedGrids(log.grids, options.return_keys ?? []);
  } finally {
    log?.dispose();
    disposeTensors(some);
  }
}

/** The pictures of one batch as they are made. */
class LatentImagesLog {
  readonly grids: Record<string, ImageGrid> = {};
  readonly #model: LatentImagesSource;
  readonly #streams: RandomStreams;
  readonly #z: tf.Tensor4D;
  readonly #condition: Condition;
  readonly #timesteps: readonly number[];

  /** Takes over the latent images and the condition. */
  constructor(
    model: LatentImagesSource,
    streams: RandomStreams,
    { inputs, z, condition }: { inputs: tf.Tensor4D; z: tf.Tensor4D; condition: Condition },
  ) {
    this.#model = model;
    this.#streams = streams;
    this.#z = z;
    this.#condition = condition;
    this.#timesteps = rowTimesteps(model.diffusion.schedule.timesteps, model.logEveryT);
    this.#show('inputs', inputs);
  }

  async showAll(
    batch: TensorBatch,
    {
      n_row: rows = MOST_ROWS,
      sample = true,
      quantize_denoised: quantizes = true,
      inpaint = true,
      plot_denoise_rows: plotsDenoising = false,
      plot_progressive_rows: plotsProgress = true,
      plot_diffusion_rows: plotsDiffusion = true,
      ...sampler
    }: LogImagesOptions,
  ): Promise<void> {
    const { quantize } = this.#model;
    this.#show('reconstruction', this.#model.decode(this.#z));
    const conditions = tf.tidy(() => this.#model.conditioningImages(batch, this.#condition, this.#streams));
    for (const [name, images] of Object.entries(conditions)) this.#show(name, images);
    if (plotsDiffusion) this.#showDiffusion(rows);
    if (sample) {
      const draw = this.#drawBy(sampler);
      await this.#showSamples(draw, plotsDenoising);
      await this.#showGuided(sampler);
      if (quantizes && quantize && sampler.scheduler === undefined) {
        const correction = { correct: quantize, rederiveNoise: false };
        this.#show('samples_x0_quantized', await draw({ correction }));
      }
      if (inpaint) await this.#showPainting(draw);
    }
    if (plotsProgress) await this.#showProgress();
  }

  dispose(): void {
    tf.dispose([this.#z, this.#condition]);
  }

  #show(name: string, images: tf.Tensor4D, columns = images.shape[0]): void {
    this.grids[name] = { images, columns };
  }

  /** The first images on their way to noise. */
  #showDiffusion(rows: number): void {
    const images = tf.tidy(() => {
      const first = tf.slice(this.#z, 0, Math.min(rows, this.#z.shape[0]));
      const options = { timesteps: this.#timesteps, generator: this.#streams.get('diffusion_row') };
      return this.#model.decode(diffusionRow(this.#model.diffusion, first, options));
    });
    this.#show('diffusion_row', images, this.#timesteps.length);
  }

  #drawBy(sampler: SamplerOptions, settings: Pick<SampleRequest, 'guidanceScale'> = {}): Draw {
    const { timesteps } = this.#model.diffusion.schedule;
    const request = { count: this.#z.shape[0], ...logSampler(sampler, timesteps), ...settings, streams: this.#streams };
    return async (options = {}) =>
      this.#decoded(await this.#model.draw(request, { condition: this.#condition, ...options }));
  }

  async #showSamples(draw: Draw, plotsDenoising: boolean): Promise<void> {
    const stages: tf.Tensor4D[] = [];
    this.#show('samples', await draw(plotsDenoising ? { onImages: stageKeeper(stages, this.#model.logEveryT) } : {}));
    if (plotsDenoising) this.#show('denoise_row', this.#decoded(rowsOf(stages)), stages.length);
    tf.dispose(stages);
  }

  async #showGuided({ unconditional_guidance_scale: guidanceScale = 1, ...sampler }: SamplerOptions): Promise<void> {
    if (guidanceScale <= 1) return;
    const none = this.#model.nullConditions(this.#z.shape[0]);
    try {
      this.#show(guidedName(guidanceScale), await this.#drawBy(sampler, { guidanceScale })(none));
    } finally {
      tf.dispose(none);
    }
  }

  async #showPainting(draw: Draw): Promise<void> {
    const x0 = this.#z;
    const mask = squareMask(x0);
    const outside = tf.sub<tf.Tensor4D>(1, mask);
    this.#show('samples_inpainting', await draw({ known: { x0, mask } }));
    const shown = tf.tidy(() => tf.tile(tf.sub<tf.Tensor4D>(tf.mul(mask, 2), 1), [x0.shape[0], 1, 1, 1]));
    this.#show('mask', shown);
    // The published mask is the same once more, by oversight: what comes out is another inpainting.
    this.#show('samples_outpainting', await draw({ known: { x0, mask: outside } }));
    tf.dispose([mask, outside]);
  }

  /** What the network takes samples for on their way, all timesteps of them. */
  async #showProgress(): Promise<void> {
    const generator = this.#streams.get('progressive_row');
    const xT = generator.normal(this.#z.shape) as tf.Tensor4D;
    const progress = new Progress(this.#timesteps, 'x0');
    const conditionAt = (timestep: number) => this.#model.conditionAt(this.#condition, timestep, this.#streams);
    try {
      await this.#model.withAveragedWeights(async () => {
        for (const step of this.#model.reverse.pSampleLoop({ xT, generator, conditionAt })) {
          progress.take(step);
          await setImmediate();
        }
      });
      const { shown } = progress.result;
      this.#show('progressive_row', this.#decoded(rowsOf(shown)), shown.length);
    } finally {
      progress.dispose();
      xT.dispose();
    }
  }

  /** Takes over the latent images. */
  #decoded(latent: tf.Tensor4D): tf.Tensor4D {
    const images = this.#model.decode(latent);
    latent.dispose();
    return images;
  }
}

type SamplerOptions = LogSamplerOptions & Pick<LogImagesOptions, 'unconditional_guidance_scale'>;
type Draw = (options?: Omit<DrawOptions, 'condition'>) => Promise<tf.Tensor4D>;

/** 0 in the middle, which is painted, 1 around it, `[1, H, W, 1]`. */
function squareMask({ shape: [, height, width] }: tf.Tensor4D): tf.Tensor4D {
  const isWithin = (i: number, size: number): boolean => i >= Math.floor(size / 4) && i < Math.floor((3 * size) / 4);
  const values = Array.from({ length: height * width }, (_, i) =>
    isWithin(Math.floor(i / width), height) && isWithin(i % width, width) ? 0 : 1,
  );
  return tf.tensor4d(values, [1, height, width, 1]);
}
