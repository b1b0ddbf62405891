import { setImmediate } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { batchSize, disposeTensors, firstExamples } from '../data/to-tensors.js';
import { RandomStreams } from '../random/index.js';
import type { Correction, KnownImage, SampleRequest } from '../samplers/index.js';
import { namedGrids } from '../train/image-grids.js';
import type { ImageGrid, LogImagesOptions, TensorBatch } from '../train/lightning-module.js';
import type { Condition } from './condition.js';
import { diffusionRow, rowTimesteps } from './diffusion-row.js';
import type { DrawOptions } from './diffusion-model.js';
import type { GaussianDiffusion } from './gaussian-diffusion.js';
import { logSampler } from './log-sampler.js';
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
  {
    maxImages,
    n_row: most = MOST_ROWS,
    sample = true,
    quantize_denoised: quantizes = true,
    inpaint: inpaints = true,
    plot_denoise_rows: plotsDenoising = false,
    plot_progressive_rows: plotsProgress = true,
    plot_diffusion_rows: plotsDiffusion = true,
    only_inputs: onlyInputs = false,
    return_keys: names,
    ...sampler
  }: LogImagesOptions,
): Promise<Record<string, ImageGrid>> {
  const count = Math.min(maxImages, batchSize(batch));
  const { diffusion } = model;
  const { timesteps } = diffusion.schedule;
  // Fixed noise: then the pictures of one training show the weights changing, not the draw.
  const streams = new RandomStreams(model.seed);
  const shownTimesteps = rowTimesteps(timesteps, model.logEveryT);
  const grids: Record<string, ImageGrid> = {};
  const show = (name: string, images: tf.Tensor4D, columns = count): void => {
    grids[name] = { images, columns };
  };

  const some = firstExamples(batch, count);
  try {
    show(
      'inputs',
      tf.tidy(() => tf.clone(model.inputsOf(some))),
    );
    if (onlyInputs) return grids;
    const { z, condition } = tf.tidy(() => ({ z: model.startOf(some, streams), condition: model.conditionOf(some) }));
    try {
      show('reconstruction', model.decode(z));
      const conditions = tf.tidy(() => model.conditioningImages(some, condition, streams));
      for (const [name, images] of Object.entries(conditions)) show(name, images);
      if (plotsDiffusion) {
        const row = tf.tidy(() => {
          const first = tf.slice(z, 0, Math.min(most, count));
          const generator = streams.get('diffusion_row');
          return model.decode(diffusionRow(diffusion, first, { timesteps: shownTimesteps, generator }));
        });
        show('diffusion_row', row, shownTimesteps.length);
      }
      const request = { count, ...logSampler(sampler, timesteps), streams };
      if (sample) {
        await showSamples();
        if (quantizes && model.quantize) {
          const correction = { correct: model.quantize, rederiveNoise: false };
          show('samples_x0_quantized', await drawn({ correction }));
        }
        if (inpaints) await showPainting();
      }
      if (plotsProgress) await showProgress();

      async function drawn(
        options: { correction?: Correction; known?: KnownImage; onImages?: DrawOptions['onImages'] } = {},
      ): Promise<tf.Tensor4D> {
        return decoded(await model.draw(request, { condition, ...options }));
      }

      async function showSamples(): Promise<void> {
        const stages: tf.Tensor4D[] = [];
        show('samples', await drawn(plotsDenoising ? { onImages: stageKeeper(stages, model.logEveryT) } : {}));
        if (plotsDenoising) show('denoise_row', decoded(rowsOf(stages)), stages.length);
        tf.dispose(stages);
      }

      async function showPainting(): Promise<void> {
        const mask = squareMask(z);
        const outside = tf.sub<tf.Tensor4D>(1, mask);
        show('samples_inpainting', await drawn({ known: { x0: z, mask } }));
        show(
          'mask',
          tf.tidy(() => tf.tile(tf.sub(tf.mul(mask, 2), 1), [count, 1, 1, 1])),
        );
        // The published mask is the same once more, by oversight: what comes out is another inpainting.
        show('samples_outpainting', await drawn({ known: { x0: z, mask: outside } }));
        tf.dispose([mask, outside]);
      }

      async function showProgress(): Promise<void> {
        const generator = streams.get('progressive_row');
        const xT = generator.normal(z.shape) as tf.Tensor4D;
        const progress = new Progress(shownTimesteps, 'x0');
        const conditionAt = (timestep: number) => model.conditionAt(condition, timestep, streams);
        try {
          await model.withAveragedWeights(async () => {
            for (const step of model.reverse.pSampleLoop({ xT, generator, conditionAt })) {
              progress.take(step);
              await setImmediate();
            }
          });
          const { shown } = progress.result;
          show('progressive_row', decoded(rowsOf(shown)), shown.length);
        } finally {
          progress.dispose();
          xT.dispose();
        }
      }
    } finally {
      tf.dispose([z, condition]);
    }
  } finally {
    disposeTensors(some);
  }
  return namedGrids(grids, names ?? []);

  /** Takes over the latent images. */
  function decoded(latent: tf.Tensor4D): tf.Tensor4D {
    const images = model.decode(latent);
    latent.dispose();
    return images;
  }
}

/** 0 in the middle, which is painted, 1 around it, `[1, H, W, 1]`. */
function squareMask({ shape: [, height, width] }: tf.Tensor4D): tf.Tensor4D {
  const isWithin = (i: number, size: number): boolean => i >= Math.floor(size / 4) && i < Math.floor((3 * size) / 4);
  const values = Array.from({ length: height * width }, (_, i) =>
    isWithin(Math.floor(i / width), height) && isWithin(i % width, width) ? 0 : 1,
  );
  return tf.tensor4d(values, [1, height, width, 1]);
}
