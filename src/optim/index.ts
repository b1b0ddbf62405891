export { AdamW, adamWParams, type Optimizer, type OptimizerState } from './adamw.js';
export { LitEma } from './lit-ema.js';
export type { LearningRateSchedule } from './lr-schedule.js';
