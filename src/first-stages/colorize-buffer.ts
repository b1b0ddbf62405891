import { hwio, normal, type ParameterOptions } from '../nn/index.js';

/** The published buffer `colorize`: a random 1x1 projection of segmentation maps of `labels` channels to colours. */
export function colorizeBuffer(labels: number): ParameterOptions {
  return { shape: [1, 1, labels, 3], init: normal(1), layout: hwio, trainable: false };
}
