export type { FeatureExtractor } from './feature-extractor.js';
export { FrechetInceptionDistance } from './frechet-inception-distance.js';
export { LearnedPerceptualImagePatchSimilarity } from './learned-perceptual-image-patch-similarity.js';
export type { Metric } from './metric.js';
export { PeakSignalNoiseRatio } from './peak-signal-noise-ratio.js';
export { ReconstructionMetrics, type ReconstructionMetricsOptions } from './reconstruction-metrics.js';
export { StructuralSimilarityIndexMeasure } from './structural-similarity-index-measure.js';
