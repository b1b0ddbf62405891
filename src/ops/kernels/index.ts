/**
 * The contract between our fused operations and an engine's native kernels: kernel names, attributes, inputs and
 * outputs. Every operation has a composed form, so an engine may implement any subset; `src/ops/*.ts` run a native
 * kernel where `tf.getKernel` finds one and compose the operation from tfjs operations where not.
 * All tensors are float32 unless stated. Attributes are type aliases, not interfaces: only an alias is assignable to
 * tfjs's NamedAttrMap.
 */
export * from './attention.js';
export * from './activation.js';
export * from './conv.js';
export * from './loss.js';
export * from './norm.js';
export * from './optim.js';
export * from './pixels.js';
export * from './random.js';
