import * as tf from '@tensorflow/tfjs-core';
import { inputsOf, type Methods } from '../nn/index.js';
import { withDefaults } from '../params.js';
import { RandomStreams } from '../random/index.js';
import {
  clipped,
  type ConditionedBy,
  type Correction,
  type Sampleable,
  type SampleRequest,
} from '../samplers/index.js';
import { namedGrids } from '../train/image-grids.js';
import type { ImageGrid, LogImagesOptions, TensorBatch } from '../train/lightning-module.js';
import { imagesOf, tensorOf } from '../train/batch-inputs.js';
import { classesBeside, classLabels } from './class-labels.js';
import type { Condition } from './condition.js';
import { ddpmParams, type DDPMOptions, type DDPMParams } from './ddpm.params.js';
import { DiffusionModel, type DrawOptions } from './diffusion-model.js';
import { diffusionRow, rowTimesteps } from './diffusion-row.js';
import type { DiffusionNetwork } from './diffusion-wrapper.js';
import { guidedName, logSampler } from './log-sampler.js';
import { processMethods } from './process-methods.js';
import { rowsOf, stageKeeper } from './progress.js';

/** Rows of a diffusion row, as published. */
const MOST_ROWS = 2;

/**
 * Denoising diffusion of images (Ho et al. 2020) as latent-diffusion trains it, `ldm.models.diffusion.ddpm.DDPM`:
 * the network learns to predict the noise in `x_t`, here optionally given the image's class.
 */
export class DDPM extends DiffusionModel implements Sampleable {
  readonly params: Omit<DDPMParams, 'unet_config'>;
  /** The classes that images can be asked for, 0 without conditioning. */
  readonly numClasses: number;
  readonly imageShape: readonly [number, number, number];
  /** The label that stands for no class. */
  readonly #nullClass: number | undefined;

  /** @throws UserError when the network and `conditioning_key` do not go together */
  constructor(network: DiffusionNetwork, { schedule, optimizer, ...options }: DDPMOptions = {}) {
    const params = withDefaults(ddpmParams, { unet_config: network, ...options });
    super(network, params, { conditioningKey: params.conditioning_key, schedule, optimizer });
    this.params = params;
    this.imageShape = this.sampleShape;
    const nullClass = this.nullCondition(params.cond_stage_key) ?? network.nullClass;
    this.#nullClass = typeof nullClass === 'number' ? nullClass : undefined;
    this.numClasses = classesBeside(this.#nullClass, network.numClasses);
  }

  get conditionedBy(): ConditionedBy | undefined {
    const { conditioning_key: conditioningKey, cond_stage_key: key } = this.params;
    return conditioningKey === null ? undefined : { key };
  }

  get isGuidable(): boolean {
    return this.#nullClass !== undefined;
  }

  /**
   * The published `log_images` of DDPM: the batch's images (`inputs`), some of them on their way to noise
   * (`diffusion_row`), `samples`, one class per row where the network is class-conditional, and these, of each class
   * the first, on their way from noise (`denoise_row`), which as published come with them; `plot_denoise_rows: false` leaves them out.
   */
  override async logImages(
    batch: TensorBatch,
    {
      maxImages,
      sample = true,
      plot_diffusion_rows: plotsRows = true,
      plot_denoise_rows: plotsDenoising = true,
      n_row: rows = MOST_ROWS,
      ...kwargs
    }: LogImagesOptions,
  ): Promise<Record<string, ImageGrid>> {
    const images = imagesOf(batch, this.params.first_stage_key, 'first_stage_key');
    const count = Math.min(maxImages, images.shape[0]);
    const inputs = tf.slice(images, 0, count);
    // Fixed noise: then the pictures of one training show the weights changing, not the draw.
    const streams = new RandomStreams(this.random.seed);
    const grids: Record<string, ImageGrid> = { inputs: { images: inputs, columns: count } };
    if (plotsRows) {
      const timesteps = rowTimesteps(this.timesteps, this.params.log_every_t);
      const first = tf.slice(inputs, 0, Math.min(rows, count));
      const row = diffusionRow(this.diffusion, first, { timesteps, generator: streams.get('diffusion_row') });
      grids.diffusion_row = { images: row, columns: timesteps.length };
      first.dispose();
    }
    if (sample) {
      const labels = Array.from({ length: this.numClasses * maxImages }, (_, i) => Math.floor(i / maxImages));
      const request = {
        count: this.numClasses > 0 ? labels.length : maxImages,
        labels,
        ...logSampler(kwargs, this.timesteps),
        streams,
      };
      const stages: tf.Tensor4D[] = [];
      const samples = await this.#drawn(request, stageKeeper(stages, this.params.log_every_t));
      grids.samples = { images: samples, columns: maxImages };
      if (plotsDenoising) {
        // Of many classes, one image each: the picture would be long otherwise.
        const shown = this.numClasses > 0 ? tf.range(0, labels.length, maxImages, 'int32') : undefined;
        const rows = tf.tidy(() => rowsOf(shown ? stages.map((stage) => tf.gather(stage, shown)) : stages));
        grids.denoise_row = { images: rows, columns: stages.length };
        shown?.dispose();
      }
      tf.dispose(stages);
      const { unconditional_guidance_scale: guidanceScale = 1 } = kwargs;
      if (guidanceScale > 1) {
        const guided = await this.#drawn({ ...request, guidanceScale });
        grids[guidedName(guidanceScale)] = { images: guided, columns: maxImages };
      }
    }
    return namedGrids(grids, kwargs.return_keys ?? []);
  }

  /**
   * @throws RangeError when the number of labels is not the number of images, or a label is no class; UserError for
   * guidance of a model that has no label of no class
   */
  async sample(request: SampleRequest): Promise<tf.Tensor4D> {
    return this.#drawn(request);
  }

  async #drawn(request: SampleRequest, onImages?: DrawOptions['onImages']): Promise<tf.Tensor4D> {
    const { conditions } = request;
    const labels = conditions ? this.conditionOf(conditions).cAdm?.clone() : classLabels(request, this.numClasses);
    const none =
      this.#nullClass === undefined ? undefined : tf.fill<tf.Rank.R1>([request.count], this.#nullClass, 'int32');
    try {
      return await this.draw(request, {
        condition: { cAdm: labels },
        unconditional: none && { cAdm: none },
        correction: this.#correction,
        init: request.init?.image,
        known: request.known,
        onImages,
      });
    } finally {
      labels?.dispose();
      none?.dispose();
    }
  }

  get #correction(): Correction | undefined {
    return this.params.clip_denoised ? clipped : undefined;
  }

  override methods(): Methods {
    return {
      ...processMethods({
        diffusion: this.diffusion,
        reverse: this.reverse,
        conditions: this.params.conditioning_key === null ? [] : ['c'],
        conditionOf: ({ c }) => (c ? { cAdm: c as tf.Tensor1D } : {}),
        logEveryT: this.params.log_every_t,
        correct: this.#correction?.correct,
        generator: () => this.random.get('sample'),
      }),
      q_sample: (inputs) => {
        const { x_start, t, noise } = inputsOf(inputs, ['x_start', 't', 'noise']);
        return this.diffusion.qSample(x_start as tf.Tensor4D, t as tf.Tensor1D, noise as tf.Tensor4D);
      },
      p_losses: (inputs) => {
        const { x_start, t, noise, c } = inputsOf(inputs, ['x_start', 't', 'noise'], ['c']);
        const losses = this.pLosses(
          x_start as tf.Tensor4D,
          t as tf.Tensor1D,
          noise as tf.Tensor4D,
          c ? { cAdm: c as tf.Tensor1D } : {},
        );
        return { loss: losses.loss, loss_simple: losses.lossSimple, loss_vlb: losses.lossVlb };
      },
    };
  }

  protected override startOf(batch: TensorBatch): tf.Tensor4D {
    return imagesOf(batch, this.params.first_stage_key, 'first_stage_key');
  }

  protected override conditionOf(batch: TensorBatch): Condition {
    const { conditioning_key: conditioningKey, cond_stage_key: key } = this.params;
    if (conditioningKey === null) return {};
    return { cAdm: tensorOf(batch, key, 'cond_stage_key', [1]) as tf.Tensor1D };
  }
}
