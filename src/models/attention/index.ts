export { BasicTransformerBlock, type BasicTransformerBlockOptions } from './basic-transformer-block.js';
export { CrossAttention, type CrossAttentionInputs, type CrossAttentionOptions } from './cross-attention.js';
export { FeedForward, type FeedForwardOptions } from './feed-forward.js';
export { SpatialTransformer, type SpatialTransformerOptions } from './spatial-transformer.js';
