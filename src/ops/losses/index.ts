export { l1Loss } from './l1-loss.js';
export type { MeanError, MeanErrorOptions } from './mean-error.js';
export { mseLoss } from './mse-loss.js';
export { smoothL1Loss } from './smooth-l1-loss.js';
export { softmaxCrossEntropy } from './softmax-cross-entropy.js';
