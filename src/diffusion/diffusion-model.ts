import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';
import type { InitialWeights, Parameter } from '../nn/index.js';
import { AdamW, LitEma } from '../optim/index.js';
import { RandomStreams } from '../random/index.js';
import {
  guidedAtOnce,
  guidedOutput,
  requireMatch,
  samplerNames,
  samplers,
  scheduled,
  type Denoiser,
  type NetworkOutput,
  type SamplerOptions,
  type SampleRequest,
  type TrainedSchedule,
} from '../samplers/index.js';
import { configuredOptimizer, scheduledRate } from '../train/configured-optimizer.js';
import { LightningModule, type OptimizerConfig, type TensorBatch } from '../train/lightning-module.js';
import { makeBetaSchedule } from './beta-schedule.js';
import { withConditionsDropped, type Dropout } from './condition-dropout.js';
import { joinedConditions, type Condition } from './condition.js';
import type { ConditioningKey } from './conditioning-key.js';
import { DiffusionWrapper, type DiffusionNetwork } from './diffusion-wrapper.js';
import type { TrainingParts } from '../train/training.params.js';
import type { DiffusionParams } from './diffusion.params.js';
import { GaussianDiffusion } from './gaussian-diffusion.js';
import { diffusionLosses, perSampleLosses, type DiffusionLosses } from './loss.js';
import { NoiseSchedule, scheduleBuffers } from './noise-schedule.js';
import { networkProblems } from './network-problems.js';
import { parameterizations, type Parameterization } from './parameterization.js';
import { ReverseProcess } from './reverse-process.js';

/** What a model adds to a request, in the space of what is diffused; nothing of it is disposed. */
export interface DrawOptions extends Pick<SamplerOptions, 'correction' | 'init' | 'known'> {
  readonly condition: Condition;
  /** The condition that stands for none, of as many images; needed for guidance alone. */
  readonly unconditional?: Condition | undefined;
  /** Sees the images before the first step, numbered 0, and after each; they are the sampler's own and gone after it. */
  readonly onImages?: ((step: number, steps: number, x: tf.Tensor4D) => void) | undefined;
}

/**
 * What DDPM and LatentDiffusion share: a schedule of noise, a network that learns to undo it, the average of its weights
 * and the training of both. What is diffused and what it is conditioned on, a subclass says.
 */
export abstract class DiffusionModel extends LightningModule {
  readonly diffusion: GaussianDiffusion;
  /** Its reverse by the network as it is: with the averaged weights in {@link withAveragedWeights}. */
  readonly reverse: ReverseProcess;
  /** `[height, width, channels]` of what is diffused. */
  readonly sampleShape: readonly [number, number, number];
  readonly samplers = samplerNames;
  protected readonly model: DiffusionWrapper;
  readonly #params: DiffusionParams;
  readonly #parameterization: Parameterization;
  readonly #elboWeights: Float64Array;
  readonly #logvar: Parameter | undefined;
  readonly #ema: LitEma | undefined;
  readonly #scheduleNames: readonly string[];
  readonly #training: TrainingParts;
  /** By the conditions' keys in a batch. */
  readonly #dropouts: Readonly<Record<string, Dropout>>;
  /** Draws of a validation: begun anew for each, so that its losses compare from one to the next. */
  #validationStreams = new RandomStreams(0);

  /** @throws UserError when the network and `conditioning_key`, or the timesteps, do not go together */
  protected constructor(
    network: DiffusionNetwork,
    params: DiffusionParams,
    { conditioningKey, ...training }: TrainingParts & { readonly conditioningKey: ConditioningKey },
  ) {
    super();
    this.#params = params;
    this.#training = training;
    this.#dropouts = dropoutsOf(params, network);
    this.sampleShape = [params.image_size, params.image_size, params.channels];
    const noiseSchedule = new NoiseSchedule(betasOf(params), params.v_posterior);
    const problems = networkProblems(network, { conditioningKey, timesteps: noiseSchedule.timesteps });
    if (problems.length > 0) {
      throw new UserError(problems.map((problem) => ({ ...problem, path: `model.params.${problem.path}` })));
    }
    this.diffusion = new GaussianDiffusion(noiseSchedule);
    this.#parameterization = parameterizations[params.parameterization];
    this.reverse = new ReverseProcess(this.diffusion, this.#parameterization, this.applyModel.bind(this));
    this.#elboWeights = this.#parameterization.elboWeights(noiseSchedule);
    const buffers = [...scheduleBuffers(noiseSchedule)];
    this.#scheduleNames = buffers.map(([name]) => name);
    for (const [name, values] of buffers) {
      const init = () => tf.tensor1d(Float32Array.from(values));
      this.parameter(name, { shape: [values.length], init, trainable: false });
    }
    if (params.learn_logvar) {
      const init = (shape: readonly number[]) => tf.fill([...shape], params.logvar_init);
      this.#logvar = this.parameter('logvar', { shape: [this.timesteps], init });
    }
    this.model = this.child('model', new DiffusionWrapper(network, conditioningKey));
    if (params.use_ema) this.#ema = this.child('model_ema', new LitEma(this.model, params.ema_decay));
  }

  /** Steps of the diffusion. */
  get timesteps(): number {
    return this.diffusion.schedule.timesteps;
  }

  get trainedSchedule(): TrainedSchedule {
    const { predictionType } = this.#parameterization;
    return { alphasCumprod: this.diffusion.schedule.alphasCumprod, predictionType };
  }

  /** What is diffused of a batch, `[N, H, W, C]`. */
  protected abstract startOf(batch: TensorBatch, streams: RandomStreams): tf.Tensor4D;

  /** What the network is told of a batch at these timesteps, int32 `[N]`. */
  protected abstract conditionOf(batch: TensorBatch, t: tf.Tensor1D, streams: RandomStreams): Condition;

  /** The schedule stays the configuration's, whatever the file was trained with. */
  override initialWeights(): InitialWeights | undefined {
    const { ckpt_path: path, ignore_keys: ignoreKeys, load_only_unet: loadOnlyUnet } = this.#params;
    if (path === null) return undefined;
    const only = loadOnlyUnet ? { into: this.model, prefix: 'model.' } : {};
    return { path, ignoreKeys, computed: this.#scheduleNames, ...only };
  }

  override trainingStep(batch: TensorBatch): tf.Scalar {
    const shown = withConditionsDropped(batch, this.#dropouts, this.random.get('condition_dropout'));
    const losses = this.pLosses(...this.#noisedBatch(shown, this.random));
    const stepAndEpoch = { onStep: true, onEpoch: true };
    this.logDict(this.#terms('train', losses), stepAndEpoch);
    this.log('train/loss', losses.loss, { ...stepAndEpoch, progBar: true });
    const { schedule } = this.#training;
    if (schedule) this.log('lr_abs', scheduledRate(this, schedule)(this.trainer.globalStep));
    return losses.loss;
  }

  override onTrainBatchEnd(): void {
    this.#ema?.update();
  }

  override onValidationStart(): void {
    this.#validationStreams = new RandomStreams(this.random.seed);
  }

  override async validationStep(batch: TensorBatch): Promise<void> {
    // Both sets of weights see the same noise, so that their losses differ by the weights alone.
    const noised = this.#noisedBatch(batch, this.#validationStreams);
    this.#logValidation(noised, '');
    if (!this.#ema) return;
    await this.withAveragedWeights(() => {
      this.#logValidation(noised, '_ema');
    });
  }

  override configureOptimizers(): readonly OptimizerConfig[] {
    return [configuredOptimizer(this, this.#training, (parameters) => new AdamW(parameters))];
  }

  /** Runs `f` with the averaged weights in place, with the trained ones where none are kept. */
  async withAveragedWeights<T>(f: () => T | Promise<T>): Promise<T> {
    return this.#ema ? this.#ema.withAveraged(f) : f();
  }

  /**
   * The network's prediction, `[N, H, W, C]`.
   *
   * @param x `[N, H, W, C]`
   * @param t int32 `[N]`
   * @throws ShapeError when the condition is not the one that `conditioning_key` takes
   */
  applyModel(x: tf.Tensor4D, t: tf.Tensor1D, condition: Condition = {}): tf.Tensor4D {
    return this.model.forward(x, t, condition);
  }

  /**
   * The losses of predicting what was added, or what it was added to (Ho et al. 2020, eq. 14; its weighted form eq. 12).
   *
   * @param xStart `[N, H, W, C]`
   * @param t int32 `[N]`
   * @param noise standard normal, the shape of `xStart`
   */
  pLosses(xStart: tf.Tensor4D, t: tf.Tensor1D, noise: tf.Tensor4D, condition: Condition = {}): DiffusionLosses {
    const { loss_type: lossType, l_simple_weight: simpleWeight, original_elbo_weight: elboWeight } = this.#params;
    const prediction = this.applyModel(this.diffusion.qSample(xStart, t, noise), t, condition);
    const target = this.#parameterization.target(this.diffusion, { xStart, t, noise });
    const perSample = perSampleLosses[lossType](prediction, target);
    return diffusionLosses(perSample, t, {
      elboWeights: this.#elboWeights,
      simpleWeight,
      elboWeight,
      logvar: this.#logvar?.value,
      logvarInit: this.#params.logvar_init,
    });
  }

  /** The network as samplers see it, under one condition for each image of the batch. */
  denoiser(condition: Condition = {}): Denoiser {
    const { alphasCumprod } = this.diffusion.schedule;
    const output = this.#output(condition);
    return (x, timestep) =>
      tf.tidy(() => this.#parameterization.predict(output(x, timestep), x, alphasCumprod[timestep] ?? NaN));
  }

  /** The network as diffusers' schedulers see it. */
  #output(condition: Condition): NetworkOutput {
    return (x, timestep) =>
      tf.tidy(() => this.applyModel(x, tf.fill<tf.Rank.R1>([x.shape[0]], timestep, 'int32'), condition));
  }

  /** What stands for no condition of this key: what training puts in the place of one that it leaves out. */
  protected nullCondition(key: string): number | string | undefined {
    return this.#dropouts[key]?.val;
  }

  /**
   * Draws what is diffused, `[count, h, w, c]`, with the averaged weights where some are kept.
   * @throws UserError where it is to be guided, and nothing stands for no condition, or where the sampler is a scheduler that
   * does not go with the model
   */
  protected async draw(
    request: SampleRequest,
    { condition, unconditional, onImages, ...given }: DrawOptions,
  ): Promise<tf.Tensor4D> {
    const { count, sampler, steps, guidanceScale: scale = 1, streams } = request;
    const { eta, discretize, temperature, noiseDropout, onStep } = request;
    const isGuided = scale !== 1;
    if (isGuided && !unconditional) throw notGuidable(scale);
    if (typeof sampler !== 'string') requireMatch(sampler, this.trainedSchedule, steps);
    const shown = isGuided && unconditional ? tf.tidy(() => joinedConditions(unconditional, condition)) : condition;
    const generator = streams.get('sample');
    const { alphasCumprod, posteriorVariance } = this.diffusion.schedule;
    const xT = request.xT?.clone() ?? (generator.normal([count, ...this.sampleShape]) as tf.Tensor4D);
    const all = sampler === 'ddpm' ? this.timesteps : steps;
    const lastSteps = request.init && Math.max(1, Math.floor(request.init.strength * all));
    const watched = async (step: number, of: number, x: tf.Tensor4D): Promise<void> => {
      onImages?.(step, of, x);
      await onStep?.(step, of);
    };
    const common = { ...given, xT, generator, lastSteps, steps, eta, onStep: watched };
    const drawn = (): Promise<tf.Tensor4D> => {
      if (typeof sampler !== 'string') {
        const network = this.#output(shown);
        return scheduled({ ...common, scheduler: sampler, network: isGuided ? guidedOutput(network, scale) : network });
      }
      const denoiser = isGuided ? guidedAtOnce(this.denoiser(shown), scale) : this.denoiser(shown);
      const own = { denoiser, alphasCumprod, posteriorVariance, discretize, temperature, noiseDropout };
      return samplers[sampler]({ ...common, ...own });
    };
    try {
      onImages?.(0, all, xT);
      return await this.withAveragedWeights(drawn);
    } finally {
      xT.dispose();
      if (shown !== condition) tf.dispose(shown);
    }
  }

  #noisedBatch(batch: TensorBatch, streams: RandomStreams): Parameters<DiffusionModel['pLosses']> {
    const xStart = this.startOf(batch, streams);
    const t = streams.get('timesteps').integers(this.timesteps, [xStart.shape[0]]) as tf.Tensor1D;
    const noise = streams.get('noise').normal(xStart.shape) as tf.Tensor4D;
    return [xStart, t, noise, this.conditionOf(batch, t, streams)];
  }

  #logValidation(noised: Parameters<DiffusionModel['pLosses']>, suffix: '' | '_ema'): void {
    tf.tidy(() => {
      const losses = this.pLosses(...noised);
      const named = Object.entries({ ...this.#terms('val', losses), 'val/loss': losses.loss });
      this.logDict(Object.fromEntries(named.map(([name, value]) => [name + suffix, value])));
    });
  }

  /** The terms of a loss under their published names. */
  #terms(prefix: 'train' | 'val', { lossSimple, lossVlb, lossGamma }: DiffusionLosses): Record<string, tf.Tensor> {
    return {
      [`${prefix}/loss_simple`]: lossSimple,
      ...(lossGamma && { [`${prefix}/loss_gamma`]: lossGamma }),
      ...(this.#logvar && { logvar: tf.mean(this.#logvar.value) }),
      [`${prefix}/loss_vlb`]: lossVlb,
    };
  }
}

function notGuidable(scale: number): UserError {
  return new UserError({
    path: 'model.params.ucg_training',
    problem: 'guidance takes a model that has also learned to do without its condition',
    found: `a guidance scale of ${scale} for a model of which nothing says what stands for no condition`,
    remedy:
      'train with ucg_training, e.g. {class_label: {p: 0.1, val: <the label of an extra class>}}, or leave guidance out',
  });
}

/** Where no value is given, labels are replaced by the network's own of no class, texts by the empty one. */
function dropoutsOf(
  { ucg_training: dropouts }: DiffusionParams,
  { nullClass }: DiffusionNetwork,
): Readonly<Record<string, Dropout>> {
  return Object.fromEntries(
    Object.entries(dropouts ?? {}).map(([key, { p, val }]) => [key, { p, val: val ?? nullClass ?? '' }]),
  );
}

function betasOf(params: DiffusionParams): Float64Array {
  if (params.given_betas) return Float64Array.from(params.given_betas);
  return makeBetaSchedule(params.beta_schedule, params.timesteps, {
    linearStart: params.linear_start,
    linearEnd: params.linear_end,
    cosineS: params.cosine_s,
    cosineClip: params.cosine_clip as [number, number],
  });
}
