export {
  qkvAttention,
  scaledDotProductAttention,
  type AttentionOptions,
  type QkvAttentionOptions,
} from './attention.js';
export { adamStep, type AdamTensors } from './adam.js';
export { clipGradNorm, globalNorm, type ClippedGradients } from './clip-grad-norm.js';
export { emaStep } from './ema.js';
export { geglu } from './geglu.js';
export { gelu, type GeluOptions } from './gelu.js';
export { groupNorm, type GroupNormOptions, type ScaleShift } from './group-norm.js';
export { layerNorm, type LayerNormOptions } from './layer-norm.js';
export { l1Loss, mseLoss, softmaxCrossEntropy, type MeanError, type MeanErrorOptions } from './losses/index.js';
export { silu } from './silu.js';
export { upsampleConv2d } from './upsample-conv2d.js';
export { upsampleNearest } from './upsample-nearest.js';
