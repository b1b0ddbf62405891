/**
 * What components of the user's own are made of: `import { Module, defineComponent } from 'ldm-runner'`. The tensors are
 * those of `@tensorflow/tfjs-core`.
 */
export { defineUserComponent as defineComponent } from './config/index.js';
export type { Build, NeededFile, ParamProblem, Traits, TraitsOf, UserComponent } from './config/index.js';
export { FileError, ShapeError, UserError, type Problem } from './errors.js';
export { withDefaults, type Params, type ParamsInput, type ParamsSchema } from './params.js';

// Networks.
export * from './nn/index.js';
export * from './ops/index.js';
export * from './models/attention/index.js';
export { AttentionBlock, type AttentionBlockOptions } from './models/unet/attention-block.js';
export { Downsample, Upsample, type ResampleOptions } from './models/unet/resample.js';
export { ResBlock, type ResBlockOptions } from './models/unet/res-block.js';
export { timestepEmbedding, type TimestepEmbeddingOptions } from './models/unet/timestep-embedding.js';
export type { DiffusionNetwork } from './diffusion/diffusion-wrapper.js';

// Gradients and random numbers.
export { checkpoint, grads, valueAndGrads, vjp, type Vjp } from './autodiff/index.js';
export { Generator, RandomStreams } from './random/index.js';

// Training.
export {
  LightningModule,
  type ImageGrid,
  type OptimizerConfig,
  type TensorBatch,
  type TrainerHandle,
} from './train/lightning-module.js';
export type { LogOptions, MetricValues } from './train/metrics.js';
export type { Callback, SavedTensors, StepResult } from './train/callbacks/callback.js';
export type { Trainer } from './train/trainer.js';
export { DDPM } from './diffusion/ddpm.js';
export { LatentDiffusion, type LatentDiffusionParts } from './diffusion/latent-diffusion.js';
export {
  Adam,
  AdamW,
  Lion,
  LitEma,
  SGD,
  type LearningRateSchedule,
  type Optimizer,
  type OptimizerFactory,
  type OptimizerState,
} from './optim/index.js';
export { inMemory, readAll, type TensorSource } from './io/tensor-source.js';

// What is measured of images.
export * from './metrics/index.js';

// Sampling.
export * from './samplers/index.js';
export { DDIMScheduler, DDPMScheduler } from './samplers/schedulers/index.js';

// Data.
export type { Dataset, HostArray, HostBatch, HostImages } from './data/dataset.js';
