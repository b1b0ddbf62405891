export { Adam, adamParams } from './adam.js';
export { AdamW, adamWParams } from './adamw.js';
export { Lion, lionParams } from './lion.js';
export { LitEma } from './lit-ema.js';
export type { LearningRateSchedule } from './lr-schedule.js';
export type { Optimizer, OptimizerFactory, OptimizerState } from './optimizer.js';
export { SGD, sgdParams } from './sgd.js';
