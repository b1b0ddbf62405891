export { accumulate } from './accumulate.js';
export { adamWStep, type AdamWTensors } from './adamw.js';
export { scaledDotProductAttention } from './attention.js';
export { conv2d, type Conv2dGeometry } from './conv2d.js';
export { emaStep } from './ema.js';
export { groupNorm, type GroupNormOptions } from './group-norm.js';
export { linear } from './linear.js';
export { silu } from './silu.js';
export { upsampleNearest } from './upsample-nearest.js';
