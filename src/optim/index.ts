export { Adam } from './adam.js';
export { AdamW } from './adamw.js';
export { Lion } from './lion.js';
export { LitEma, warmedUpDecay } from './lit-ema.js';
export type { LearningRateSchedule } from './lr-schedule.js';
export type { Optimizer, OptimizerFactory, OptimizerState } from './optimizer.js';
export { SGD } from './sgd.js';
export { WeightAverage, type AveragedParameter } from './weight-average.js';
