export { accumulate } from './accumulate.js';
export { adamStep, type AdamTensors } from './adam.js';
export {
  qkvAttention,
  scaledDotProductAttention,
  type AttentionOptions,
  type QkvAttentionOptions,
} from './attention.js';
export { clipGradNorm, globalNorm, type ClippedGradients } from './clip-grad-norm.js';
export { conv2d, type Conv2dGeometry, type ExplicitPadding } from './conv2d.js';
export { emaStep } from './ema.js';
export { geglu } from './geglu.js';
export { gelu, type GeluOptions } from './gelu.js';
export { groupNorm, type GroupNormOptions, type ScaleShift } from './group-norm.js';
export { layerNorm, type LayerNormOptions } from './layer-norm.js';
export { leakyRelu, relu } from './leaky-relu.js';
export { linear } from './linear.js';
export { lionStep, type LionTensors } from './lion.js';
export {
  l1Loss,
  mseLoss,
  smoothL1Loss,
  softmaxCrossEntropy,
  type MeanError,
  type MeanErrorOptions,
} from './losses/index.js';
export { isDifferentiatedByFirst } from './native.js';
export { pixelValues } from './pixel-values.js';
export { rematerializationOf } from './rematerialize.js';
export { sgdStep, type SgdTensors } from './sgd.js';
export { silu } from './silu.js';
export { spatialMean } from './spatial-mean.js';
export { unitNormalize } from './unit-normalize.js';
export { upsampleConv2d } from './upsample-conv2d.js';
export { upsampleNearest } from './upsample-nearest.js';
