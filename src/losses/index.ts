export { adaptiveWeight } from './adaptive-weight.js';
export { adoptWeight } from './adopt-weight.js';
export { AdversarialLoss } from './adversarial-loss.js';
export { hingeDLoss, vanillaDLoss, type DiscriminatorLoss } from './discriminator-losses.js';
export { CrossEntropyLoss } from './cross-entropy-loss.js';
export { DummyLoss } from './dummy-loss.js';
export type {
  GeneratorStep,
  LastLayerGradient,
  LossValue,
  ReconstructedBatch,
} from './loss-steps.js';
export { LPIPS } from './lpips.js';
export { lpipsFilesIn, missingLpipsFiles } from './lpips-files.js';
export { loadPretrainedLpips } from './lpips-weights.js';
export { LPIPSWithDiscriminator, type PosteriorBatch } from './lpips-with-discriminator.js';
export { measurePerplexity } from './measure-perplexity.js';
export { NLayerDiscriminator } from './n-layer-discriminator.js';
export { VQLPIPSWithDiscriminator, type QuantizedBatch } from './vq-lpips-with-discriminator.js';
