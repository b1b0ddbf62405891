export { Conv2d, type Conv2dOptions } from './conv2d.js';
export { Dropout } from './dropout.js';
export { Embedding } from './embedding.js';
export { GroupNorm } from './group-norm.js';
export { LayerNorm } from './layer-norm.js';
export { nchwToNhwc, nhwcToNchw, pointwise } from './layout.js';
export { Linear, type LinearOptions } from './linear.js';
export {
  inputsOf,
  withSignals,
  type ExampleInput,
  type ExampleInputs,
  type Method,
  type Methods,
  type NamedTensors,
} from './methods.js';
export { Module, type LoadReport, type StateDict } from './module.js';
export { Parameter, type ParameterOptions } from './parameter.js';
export { fromPublished, publish, publishedShape } from './published.js';
