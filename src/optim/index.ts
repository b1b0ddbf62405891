export { AdamW, adamWParams, type Optimizer, type OptimizerState } from './adamw.js';
export { LitEma } from './lit-ema.js';
