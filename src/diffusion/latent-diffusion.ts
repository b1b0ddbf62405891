import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { Methods, Parameter } from '../nn/index.js';
import { TensorCache } from '../io/tensor-cache.js';
import { withDefaults } from '../params.js';
import type { RandomStreams } from '../random/index.js';
import type { ConditionedBy, ConditionExamples, Sampleable, SampleRequest } from '../samplers/index.js';
import type { ImageGrid, LogImagesOptions, TensorBatch } from '../train/lightning-module.js';
import { imagesOf } from '../train/batch-inputs.js';
import { classesBeside } from './class-labels.js';
import type { Condition } from './condition.js';
import { conditioningKeyOf, type ConditioningKey } from './conditioning-key.js';
import { conditioningImages } from './conditioning-images.js';
import { ConditioningStage, type ConditioningSource } from './conditioning-stage.js';
import { DiffusionModel } from './diffusion-model.js';
import type { DiffusionNetwork } from './diffusion-wrapper.js';
import { LatentImages, type DecodeOptions, type FirstStage } from './first-stage.js';
import { CachingFirstStage } from './latent-cache.js';
import {
  latentDiffusionParams,
  type LatentDiffusionOptions,
  type LatentDiffusionParams,
  type LatentParts,
} from './latent-diffusion.params.js';
import { logLatentImages, type LatentImagesSource } from './latent-images-log.js';
import { latentMethods } from './latent-methods.js';
import { givenLatents, nullConditions, requestedConditions, underKnown } from './latent-request.js';
import type { SplitInput } from './patches/split-input.js';
import { ScaleByStd } from './scale-by-std.js';
import { conditionTimesteps } from './shortened-conditioning.js';

/** What LatentDiffusion is made of. */
export interface LatentDiffusionParts {
  readonly network: DiffusionNetwork;
  readonly firstStage: FirstStage;
  readonly conditioning: ConditioningSource;
  /** Patches that images are cut into; absent, they are computed whole. */
  readonly split?: SplitInput | undefined;
}

/** Where encoded images are kept, unless a folder is given. */
const CACHE_FOLDER = '.cache/latents';

/**
 * Diffusion in the latent space of an autoencoder that is trained before and stays as it is, conditioned on what a
 * second module makes of the batch (Rombach et al. 2022, section 3; `ldm.models.diffusion.ddpm.LatentDiffusion`).
 */
export class LatentDiffusion extends DiffusionModel implements Sampleable {
  readonly params: Omit<LatentDiffusionParams, LatentParts>;
  /** The classes that images can be asked for, 0 where the condition is something else or there is none. */
  readonly numClasses: number;
  readonly takesTexts: boolean;
  /** What stands for no condition: a label, or a text. */
  readonly #nullCondition: number | string | undefined;
  readonly #firstStage: FirstStage;
  /** The same, where it remembers what it has encoded. */
  readonly #cached: CachingFirstStage | undefined;
  readonly #stage: ConditioningStage | undefined;
  readonly #latents: LatentImages;
  readonly #split: SplitInput | undefined;
  readonly #inChannels: number | undefined;
  /** Absent where the configuration says the factor. */
  readonly #scaleByStd: ScaleByStd | undefined;
  /** The timestep of the condition at each of the image; absent where the condition is not noised. */
  readonly #conditionTimesteps: Int32Array | undefined;

  /** @throws UserError when network, conditioner and parameters do not go together */
  constructor(
    { network, firstStage, conditioning, split }: LatentDiffusionParts,
    { schedule, optimizer, ...options }: LatentDiffusionOptions = {},
  ) {
    const params = withDefaults(latentDiffusionParams, {
      unet_config: network,
      first_stage_config: firstStage,
      cond_stage_config: conditioning,
      ...options,
    });
    const conditioningKey = conditioningKeyOf({ ...params, isUnconditional: conditioning === 'unconditional' });
    super(network, params, { conditioningKey, schedule, optimizer });
    this.params = params;
    this.#split = split;
    this.#inChannels = network.inChannels;
    let scaleFactor: Parameter | undefined;
    if (params.scale_by_std !== false) {
      const init = () => tf.scalar(params.scale_factor);
      const batches = Number(params.scale_by_std);
      scaleFactor = this.parameter('scale_factor', { shape: [], init, trainable: false });
      const moments = { shape: [3], init: () => tf.zeros([3]), trainable: false };
      this.#scaleByStd = new ScaleByStd(scaleFactor, {
        batches,
        moments: batches > 1 ? this.parameter('scale_moments', moments) : undefined,
      });
    }
    this.#firstStage = this.child('first_stage_model', firstStage);
    this.#firstStage.freeze().eval();
    const { cache_latents: cache } = params;
    if (cache !== false) {
      this.#cached = new CachingFirstStage(firstStage, () => new TensorCache(cache === true ? CACHE_FOLDER : cache));
    }
    this.#latents = new LatentImages(
      this.#cached ?? firstStage,
      () => (scaleFactor?.value as tf.Scalar | undefined) ?? params.scale_factor,
      split,
    );
    if (conditioning !== 'unconditional' && conditioningKey !== null) {
      const conditioner = this.child('cond_stage_model', conditioning === 'first-stage' ? firstStage : conditioning);
      if (!params.cond_stage_trainable) conditioner.freeze().eval();
      this.#stage = new ConditioningStage({
        conditioner,
        conditioningKey,
        condStageKey: params.cond_stage_key,
        condStageForward: params.cond_stage_forward,
        trainable: params.cond_stage_trainable,
        encode: conditioning === 'first-stage' ? this.#cached?.encode.bind(this.#cached) : undefined,
        joinsMask: joinsMask(network, params, conditioningKey),
        cut: split && { split, size: [params.image_size, params.image_size] },
      });
    }
    this.takesTexts = this.#stage?.takesTexts ?? false;
    const classes = conditioningKey === 'adm' ? network : this.#stage;
    const none = this.nullCondition(this.#stage?.key ?? '');
    this.#nullCondition = none ?? (conditioningKey === 'adm' ? network.nullClass : this.takesTexts ? '' : undefined);
    const nullClass = typeof this.#nullCondition === 'number' ? this.#nullCondition : undefined;
    this.numClasses = classesBeside(nullClass, classes?.numClasses ?? 0);
    const shortened = params.num_timesteps_cond ?? 1;
    if (shortened > 1) this.#conditionTimesteps = conditionTimesteps(this.timesteps, shortened);
  }

  /** What was learned elsewhere computes as it did there, also while this model is trained. */
  override train(training = true): this {
    super.train(training);
    this.#firstStage.eval();
    if (!this.params.cond_stage_trainable) this.#stage?.conditioner.eval();
    return this;
  }

  /** At the beginning of a training, measures the factor that brings latent images to a standard deviation of 1. */
  override onTrainBatchStart(batch: TensorBatch, batchIndex: number): void {
    const { ckpt_path: path, load_only_unet: loadOnlyUnet, first_stage_key: key } = this.params;
    // What a validation has encoded since is not the training's.
    this.#cached?.takeCounts();
    const measured = this.#scaleByStd;
    // Weights to begin with have a factor of their own.
    if (!measured || (path !== null && !loadOnlyUnet)) return;
    if (this.trainer.currentEpoch > 0 || batchIndex >= measured.batches) return;
    tf.tidy(() => {
      const images = imagesOf(batch, key, 'first_stage_key');
      measured.observe(this.#latents.encodeUnscaled(images, this.random.get('posterior')));
    });
    this.log('scale_factor', measured.scaleFactor, { onStep: true });
    if (batchIndex + 1 < measured.batches) return;
    const [factor = NaN] = measured.scaleFactor.dataSync();
    this.trainer.report?.(`scale_factor ${factor}, measured on ${measured.batches} of the training's batches`);
  }

  override onTrainBatchEnd(): void {
    super.onTrainBatchEnd();
    const { found, encoded } = this.#cached?.takeCounts() ?? { found: 0, encoded: 0 };
    if (found + encoded === 0) return;
    this.log('latents_from_cache', found / (found + encoded), { onStep: false, onEpoch: true });
  }

  override async onFitEnd(): Promise<void> {
    await this.#cached?.flush();
  }

  /** See {@link logLatentImages}. */
  override async logImages(batch: TensorBatch, options: LogImagesOptions): Promise<Record<string, ImageGrid>> {
    const { first_stage_key: key, log_every_t: logEveryT } = this.params;
    const stage = this.#stage;
    const inputsOf = (some: TensorBatch) => imagesOf(some, key, 'first_stage_key');
    const source: LatentImagesSource = {
      diffusion: this.diffusion,
      reverse: this.reverse,
      logEveryT,
      seed: this.random.seed,
      inputsOf,
      startOf: this.startOf.bind(this),
      decode: (z) => this.decodeFirstStage(z),
      conditionOf: (some) => stage?.conditionOf(stage.inputOf(some)) ?? {},
      nullConditions: (count) => nullConditions(count, { stage, nullCondition: this.#nullCondition }),
      conditionAt: (condition, timestep, streams) => {
        const { cConcat, cCrossattn, cAdm } = condition;
        const [count = 0] = (cConcat ?? cCrossattn ?? cAdm)?.shape ?? [];
        return this.#noised(condition, tf.fill([count], timestep, 'int32'), streams);
      },
      conditioningImages: (some, condition, streams) => {
        if (!stage) return {};
        const [, height, width] = inputsOf(some).shape;
        const generator = streams.get('colorize');
        return conditioningImages({
          stage,
          input: stage.inputOf(some),
          condition,
          batch: some,
          size: [height, width],
          generator,
        });
      },
      quantize: this.#latents.quantize,
      draw: this.draw.bind(this),
      withAveragedWeights: this.withAveragedWeights.bind(this),
    };
    return logLatentImages(source, batch, options);
  }

  get isGuidable(): boolean {
    return this.#nullCondition !== undefined;
  }

  /** `[height, width, channels]` of its images; decodes one to see. */
  get imageShape(): [number, number, number] {
    const [, height, width, channels] = tf.tidy(() => this.decodeFirstStage(tf.zeros([1, ...this.sampleShape])).shape);
    return [height, width, channels];
  }

  /** As the published inpainting: the condition is an image of which a part is left out, with the mask of that part. */
  get isInpainter(): boolean {
    return this.#stage?.joinsMask === true;
  }

  /** Decodes an image to see, where the first stage encodes the condition. */
  get conditionedBy(): ConditionedBy | undefined {
    const stage = this.#stage;
    return stage && { key: stage.key, image: stage.imageShape(this.sampleShape, this.#inChannels) };
  }

  /** What {@link logImages} shows of conditions: `conditioning`, or of maps of classes their colours. */
  pictureConditions(conditions: ConditionExamples, streams: RandomStreams): tf.Tensor4D | undefined {
    const stage = this.#stage;
    if (!stage) return undefined;
    const [height, width] = this.imageShape;
    return tf.tidy(() => {
      const input = stage.inputOf(conditions);
      const condition = stage.conditionOf(input);
      const generator = streams.get('colorize');
      const size = [height, width] as const;
      const pictures = conditioningImages({ stage, input, condition, batch: conditions, size, generator });
      return pictures.conditioning ?? pictures.original_conditioning;
    });
  }

  /**
   * Images `[count, H, W, C]` near [-1, 1].
   *
   * @throws UserError where the model has a condition that is neither class nor text and none is given, where nothing stands
   * for no condition and guidance is asked for, or where the condition is a noised one and the sampler is DDPM; RangeError when
   * the number of labels or texts is not the number of images, or a label is no class
   */
  async sample(request: SampleRequest): Promise<tf.Tensor4D> {
    if (this.#conditionTimesteps && request.sampler === 'ddpm') {
      throw new UserError({
        path: 'model.params.num_timesteps_cond',
        problem: `the sampler ${request.sampler} cannot draw under a noised condition yet`,
        found: String(this.params.num_timesteps_cond),
        remedy: '--sampler ddim, which as published does without that noise',
      });
    }
    const taker = { stage: this.#stage, numClasses: this.numClasses, nullCondition: this.#nullCondition };
    const { known } = request;
    const isCondition = this.isInpainter && known !== undefined;
    const conditions = tf.tidy(() => requestedConditions(isCondition ? underKnown(request, known) : request, taker));
    const given = givenLatents(isCondition ? { ...request, known: undefined } : request, (images) =>
      this.#latents.encode(images, request.streams.get('posterior')),
    );
    try {
      const z = await this.draw(request, { ...conditions, ...given });
      return tf.tidy(() => {
        const images = this.decodeFirstStage(z);
        z.dispose();
        return images;
      });
    } finally {
      tf.dispose([conditions, given]);
    }
  }

  /**
   * Latent images as they are diffused, `[N, h, w, channels]`; no gradient goes back through it.
   * @param x `[N, H, W, C]` in [-1, 1]
   */
  encodeFirstStage(x: tf.Tensor4D): tf.Tensor4D {
    return this.#latents.encode(x, this.random.get('posterior'));
  }

  /**
   * `[N, h, w, channels]`, as they are diffused, to images `[N, H, W, C]`.
   * @throws UserError where `predictCids` is asked of a first stage without a codebook
   */
  decodeFirstStage(z: tf.Tensor, options: DecodeOptions = {}): tf.Tensor4D {
    return this.#latents.decode(z, options);
  }

  /** The network's prediction, `[N, h, w, channels]`, computed patch by patch where there are such. */
  override applyModel(x: tf.Tensor4D, t: tf.Tensor1D, condition: Condition = {}): tf.Tensor4D {
    if (!this.#split) return super.applyModel(x, t, condition);
    const { cConcat, cCrossattn: context, ...whole } = condition;
    const f = (patch: tf.Tensor4D, beside: tf.Tensor4D | undefined, i: number, count: number): tf.Tensor4D => {
      const cCrossattn = context && (this.#stage?.layouts?.ofPatch(context, i, count) ?? context);
      return super.applyModel(patch, t, { ...whole, cCrossattn, cConcat: beside });
    };
    return this.#split.apply(x, f, { beside: cConcat });
  }

  override methods(): Methods {
    const generator = () => this.random.get('sample');
    return latentMethods(this, { conditioningKey: this.model.conditioningKey, generator });
  }

  protected override startOf(batch: TensorBatch, streams: RandomStreams): tf.Tensor4D {
    const images = imagesOf(batch, this.params.first_stage_key, 'first_stage_key');
    return this.#latents.encode(images, streams.get('posterior'));
  }

  protected override conditionOf(batch: TensorBatch, t: tf.Tensor1D, streams: RandomStreams): Condition {
    if (!this.#stage) return {};
    return this.#noised(this.#stage.conditionOf(this.#stage.inputOf(batch)), t, streams);
  }

  /** The condition as the network gets it at these timesteps, int32 `[N]`: with noise of its own, where it is noised. */
  #noised(condition: Condition, t: tf.Tensor1D, streams: RandomStreams): Condition {
    const { cConcat, cCrossattn, cAdm } = condition;
    if (!this.#conditionTimesteps) return condition;
    const timesteps = tf.gather(tf.tensor1d(this.#conditionTimesteps, 'int32'), t);
    const noised = <T extends tf.Tensor>(c: T): T =>
      this.diffusion.qSample(c, timesteps, streams.get('condition_noise').normal(c.shape) as T);
    return {
      ...(cConcat && { cConcat: noised(cConcat) }),
      ...(cCrossattn && { cCrossattn: noised(cCrossattn) }),
      cAdm,
    };
  }
}

/** The published inpainting is told by its network: it takes the latent image, that of the condition, and a mask. */
function joinsMask(
  { inChannels }: DiffusionNetwork,
  { channels, cond_stage_key: key }: Pick<LatentDiffusionParams, 'channels' | 'cond_stage_key'>,
  conditioningKey: ConditioningKey,
): boolean {
  return conditioningKey === 'concat' && key === 'masked_image' && inChannels === 2 * channels + 1;
}
