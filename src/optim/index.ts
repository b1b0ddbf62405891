export { Adam, adamParams } from './adam.js';
export { AdamW, adamWParams } from './adamw.js';
export { LitEma } from './lit-ema.js';
export type { LearningRateSchedule } from './lr-schedule.js';
export type { Optimizer, OptimizerState } from './optimizer.js';
