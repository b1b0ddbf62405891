import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import { inputsOf, type InitialWeights, type Methods } from '../nn/index.js';
import { AdamW, LitEma, type LearningRateSchedule } from '../optim/index.js';
import { withDefaults } from '../params.js';
import { RandomStreams } from '../random/index.js';
import {
  ddim,
  ddpm,
  type Denoiser,
  type Sampleable,
  type SampleRequest,
  type SamplerOptions,
} from '../samplers/index.js';
import { namedGrids } from '../train/image-grids.js';
import {
  LightningModule,
  type ImageGrid,
  type LogImagesOptions,
  type OptimizerConfig,
  type TensorBatch,
} from '../train/lightning-module.js';
import { makeBetaSchedule } from './beta-schedule.js';
import { ddpmParams, type DDPMOptions, type DDPMParams } from './ddpm.params.js';
import { DiffusionWrapper, type Condition, type DiffusionNetwork } from './diffusion-wrapper.js';
import { extract, GaussianDiffusion } from './gaussian-diffusion.js';
import { l2PerSample } from './loss.js';
import { elboWeights, NoiseSchedule, scheduleBuffers } from './noise-schedule.js';

/** How the images of a log are drawn, with latent-diffusion's values: noise in DDIM forgives a young network most. */
const LOG_SAMPLER = { sampler: 'ddim', steps: 200, eta: 1 } as const;

/** Images in a diffusion row: the clean one first. */
const DIFFUSION_ROW_STEPS = 6;

/** The terms of a loss, scalars; `loss` is the one to train on. */
export interface DiffusionLosses {
  readonly lossSimple: tf.Scalar;
  readonly lossVlb: tf.Scalar;
  readonly loss: tf.Scalar;
}

/**
 * Denoising diffusion of images (Ho et al. 2020) as latent-diffusion trains it, `ldm.models.diffusion.ddpm.DDPM`:
 * the network learns to predict the noise in `x_t`, here optionally given the image's class.
 */
export class DDPM extends LightningModule implements Sampleable {
  readonly params: Omit<DDPMParams, 'unet_config'>;
  readonly diffusion: GaussianDiffusion;
  /** `[height, width, channels]` of an image. */
  readonly imageShape: readonly [number, number, number];
  /** The classes that images can be asked for, 0 without conditioning. */
  readonly numClasses: number;
  readonly #model: DiffusionWrapper;
  readonly #ema: LitEma | undefined;
  readonly #elboWeights: Float64Array;
  readonly #scheduleNames: readonly string[];
  readonly #schedule: LearningRateSchedule;
  /** Draws of a validation: begun anew for each, so that its losses compare from one to the next. */
  #validationStreams = new RandomStreams(0);

  /** @throws UserError when the network and `conditioning_key` do not go together */
  constructor(network: DiffusionNetwork, { schedule = () => 1, ...options }: DDPMOptions = {}) {
    super();
    this.#schedule = schedule;
    const params = withDefaults(ddpmParams, { unet_config: network, ...options });
    this.params = params;
    const { conditioning_key: conditioningKey, image_size: size, channels } = params;
    this.imageShape = [size, size, channels];
    this.numClasses = network.numClasses;
    if ((conditioningKey === 'adm') !== this.numClasses > 0) {
      throw new UserError({
        path: 'model.params.conditioning_key',
        problem: 'the network and the conditioning do not go together',
        found: `conditioning_key ${String(conditioningKey)} with ${this.numClasses || 'no'} classes in the network`,
        expected: 'conditioning_key: adm exactly where unet_config.params has classes (num_classes, num_class_embeds)',
      });
    }
    const { numTimesteps = Infinity } = network;
    if (params.timesteps > numTimesteps) {
      throw new UserError({
        path: 'model.params.timesteps',
        problem: 'the network has no embeddings of so many timesteps',
        found: `${params.timesteps} timesteps, a network for ${numTimesteps}`,
        expected: `at most ${numTimesteps}, or more in unet_config.params (max_time_step, num_train_timesteps)`,
      });
    }
    const noiseSchedule = new NoiseSchedule(
      makeBetaSchedule(params.beta_schedule, params.timesteps, {
        linearStart: params.linear_start,
        linearEnd: params.linear_end,
        cosineS: params.cosine_s,
      }),
      params.v_posterior,
    );
    this.diffusion = new GaussianDiffusion(noiseSchedule);
    this.#elboWeights = elboWeights(noiseSchedule);
    const buffers = [...scheduleBuffers(noiseSchedule)];
    this.#scheduleNames = buffers.map(([name]) => name);
    for (const [name, values] of buffers) {
      const init = () => tf.tensor1d(Float32Array.from(values));
      this.parameter(name, { shape: [values.length], init, trainable: false });
    }
    this.#model = this.child('model', new DiffusionWrapper(network, conditioningKey));
    if (params.use_ema) this.#ema = this.child('model_ema', new LitEma(this.#model, params.ema_decay));
  }

  get timesteps(): number {
    return this.params.timesteps;
  }

  /** The schedule stays the configuration's, whatever the file was trained with. */
  override initialWeights(): InitialWeights | undefined {
    const { ckpt_path: path, ignore_keys: ignoreKeys, load_only_unet: loadOnlyUnet } = this.params;
    if (path === null) return undefined;
    const only = loadOnlyUnet ? { into: this.#model, prefix: 'model.' } : {};
    return { path, ignoreKeys, computed: this.#scheduleNames, ...only };
  }

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const { lossSimple, lossVlb, loss } = this.#sharedStep(batch, this.random);
    const stepAndEpoch = { onStep: true, onEpoch: true };
    this.logDict({ 'train/loss_simple': lossSimple, 'train/loss_vlb': lossVlb }, stepAndEpoch);
    this.log('train/loss', loss, { ...stepAndEpoch, progBar: true });
    return loss;
  }

  override onTrainBatchEnd(): void {
    this.#ema?.update();
  }

  override onValidationStart(): void {
    this.#validationStreams = new RandomStreams(this.random.seed);
  }

  override async validationStep(batch: TensorBatch): Promise<void> {
    // Both sets of weights see the same noise, so that their losses differ by the weights alone.
    const before = this.#validationStreams.state;
    this.#logValidation(batch, '');
    if (!this.#ema) return;
    this.#validationStreams.state = before;
    await this.withAveragedWeights(() => {
      this.#logValidation(batch, '_ema');
    });
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    const parameters = this.#model
      .trainableParameters()
      .map(([name, parameter]) => [`model.${name}`, parameter] as const);
    return [{ optimizer: new AdamW(parameters), learningRate: (step) => this.learningRate * this.#schedule(step) }];
  }

  /**
   * The batch's images (`inputs`), some of them on their way to noise (`diffusion_row`) and samples, one class per row
   * where the network is class-conditional.
   */
  override async logImages(
    batch: TensorBatch,
    {
      maxImages,
      sample = true,
      plot_diffusion_rows: plotsRows = true,
      n_row: rows = maxImages,
      ...kwargs
    }: LogImagesOptions,
  ): Promise<Record<string, ImageGrid>> {
    const images = this.#images(batch);
    const count = Math.min(maxImages, images.shape[0]);
    const inputs = tf.slice(images, 0, count);
    // Fixed noise: then the pictures of one training show the weights changing, not the draw.
    const streams = new RandomStreams(this.random.seed);
    const grids: Record<string, ImageGrid> = { inputs: { images: inputs, columns: count } };
    if (plotsRows) {
      const first = tf.slice(inputs, 0, Math.min(rows, count));
      grids.diffusion_row = { images: this.#diffusionRow(first, streams), columns: DIFFUSION_ROW_STEPS };
      first.dispose();
    }
    if (sample) {
      const labels = Array.from({ length: this.numClasses * maxImages }, (_, i) => Math.floor(i / maxImages));
      const samples = await this.sample({
        count: this.numClasses > 0 ? labels.length : maxImages,
        labels,
        sampler: LOG_SAMPLER.sampler,
        eta: kwargs.ddim_eta ?? LOG_SAMPLER.eta,
        steps: Math.min(kwargs.ddim_steps ?? LOG_SAMPLER.steps, this.timesteps),
        streams,
      });
      grids.samples = { images: samples, columns: maxImages };
    }
    return namedGrids(grids, kwargs.return_keys ?? []);
  }

  /** @throws RangeError when the number of labels is not the number of images, or a label is no class */
  async sample(request: SampleRequest): Promise<tf.Tensor4D> {
    const { count, labels = [], sampler, steps, eta, streams, onStep } = request;
    if (labels.length !== (this.numClasses > 0 ? count : 0) || labels.some((label) => !(label < this.numClasses))) {
      throw new RangeError(
        `DDPM.sample: ${count} images of ${this.numClasses} classes with labels ${labels.join(', ')}`,
      );
    }
    const generator = streams.get('sample');
    const xT = generator.normal([count, ...this.imageShape]) as tf.Tensor4D;
    const common: SamplerOptions = {
      denoiser: this.denoiser(labels),
      alphasCumprod: this.diffusion.schedule.alphasCumprod,
      xT,
      generator,
      clipDenoised: this.params.clip_denoised,
      ...(onStep && { onStep }),
    };
    try {
      return await this.withAveragedWeights(() =>
        sampler === 'ddim' ? ddim({ ...common, steps, eta }) : ddpm(common),
      );
    } finally {
      xT.dispose();
    }
  }

  /** The network as samplers see it, for images of the given classes. */
  denoiser(labels: readonly number[] = []): Denoiser {
    return (x, timestep) =>
      tf.tidy(() => {
        const t = tf.fill<tf.Rank.R1>([x.shape[0]], timestep, 'int32');
        return this.#model.forward(x, t, labels.length > 0 ? { cAdm: tf.tensor1d([...labels], 'int32') } : {});
      });
  }

  /** Runs `f` with the averaged weights in place, with the trained ones where none are kept. */
  async withAveragedWeights<T>(f: () => T | Promise<T>): Promise<T> {
    return this.#ema ? this.#ema.withAveraged(f) : f();
  }

  /**
   * The losses of predicting the noise that was added (Ho et al. 2020, eq. 14; its weighted form eq. 12).
   *
   * @param xStart `[N, H, W, C]` in [-1, 1]
   * @param t int32 `[N]`
   * @param noise standard normal, the shape of `xStart`
   */
  pLosses(xStart: tf.Tensor4D, t: tf.Tensor1D, noise: tf.Tensor4D, condition: Condition = {}): DiffusionLosses {
    const { l_simple_weight: simpleWeight, original_elbo_weight: elboWeight } = this.params;
    const xNoisy = this.diffusion.qSample(xStart, t, noise);
    const perSample = l2PerSample(this.#model.forward(xNoisy, t, condition), noise);
    const lossSimple = tf.mean<tf.Scalar>(perSample);
    const weights = tf.reshape(extract(this.#elboWeights, t), [-1]);
    const lossVlb = tf.mean<tf.Scalar>(tf.mul(weights, perSample));
    const loss = tf.add<tf.Scalar>(tf.mul(lossSimple, simpleWeight), tf.mul(lossVlb, elboWeight));
    return { lossSimple, lossVlb, loss };
  }

  override methods(): Methods {
    return {
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

  #sharedStep(batch: TensorBatch, streams: RandomStreams): DiffusionLosses {
    const images = this.#images(batch);
    const t = streams.get('timesteps').integers(this.params.timesteps, [images.shape[0]]) as tf.Tensor1D;
    const noise = streams.get('noise').normal(images.shape) as tf.Tensor4D;
    return this.pLosses(images, t, noise, this.#condition(batch));
  }

  #logValidation(batch: TensorBatch, suffix: '' | '_ema'): void {
    tf.tidy(() => {
      const { lossSimple, lossVlb, loss } = this.#sharedStep(batch, this.#validationStreams);
      this.logDict({
        [`val/loss_simple${suffix}`]: lossSimple,
        [`val/loss_vlb${suffix}`]: lossVlb,
        [`val/loss${suffix}`]: loss,
      });
    });
  }

  #diffusionRow(inputs: tf.Tensor4D, streams: RandomStreams): tf.Tensor4D {
    return tf.tidy(() => {
      const last = this.params.timesteps - 1;
      const noise = streams.get('diffusion_row').normal(inputs.shape) as tf.Tensor4D;
      const stages = Array.from({ length: DIFFUSION_ROW_STEPS }, (_, i) => {
        const t = tf.fill([inputs.shape[0]], Math.round((last * i) / (DIFFUSION_ROW_STEPS - 1)), 'int32');
        return this.diffusion.qSample(inputs, t as tf.Tensor1D, noise);
      });
      // From [stages, N] to one row per image.
      const rows = tf.transpose(tf.stack(stages), [1, 0, 2, 3, 4]);
      return tf.reshape(rows, [-1, ...this.imageShape]);
    });
  }

  #images(batch: TensorBatch): tf.Tensor4D {
    const { first_stage_key: key } = this.params;
    const images = batch[key];
    if (images?.rank !== 4) throw missingKey('first_stage_key', key, batch);
    return images as tf.Tensor4D;
  }

  #condition(batch: TensorBatch): Condition {
    const { conditioning_key: conditioningKey, cond_stage_key: key } = this.params;
    if (conditioningKey === null) return {};
    const labels = batch[key];
    if (labels?.rank !== 1) throw missingKey('cond_stage_key', key, batch);
    return { cAdm: labels as tf.Tensor1D };
  }
}

function missingKey(parameter: string, key: string, batch: TensorBatch): UserError {
  return new UserError({
    path: `model.params.${parameter}`,
    problem: 'the data set has nothing of that name and kind',
    found: key,
    expected: `one of ${Object.keys(batch).join(', ')}`,
  });
}
