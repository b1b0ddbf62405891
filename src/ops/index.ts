export { adamWStep, type AdamWTensors } from './adamw.js';
export {
  qkvAttention,
  scaledDotProductAttention,
  type AttentionOptions,
  type QkvAttentionOptions,
} from './attention.js';
export { emaStep } from './ema.js';
export { groupNorm, type GroupNormOptions } from './group-norm.js';
export { silu } from './silu.js';
export { upsampleNearest } from './upsample-nearest.js';
