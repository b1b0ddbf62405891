import type * as tf from '@tensorflow/tfjs-core';

export interface CodebookUse {
  /** `exp` of the entropy of the codes' frequencies: `classes` when all are used equally, 1 when only one is. */
  readonly perplexity: number;
  /** How many codes were used at all. */
  readonly clusterUsage: number;
}

/**
 * How evenly a batch uses a codebook, `ldm.modules.losses.vqperceptual.measure_perplexity`.
 * @param indices the codes chosen, int32 of any shape, in `[0, classes)`
 * @throws RangeError for an index that is no class
 */
export function measurePerplexity(indices: tf.Tensor, classes: number): CodebookUse {
  const counts = new Float64Array(classes);
  for (const index of indices.dataSync()) {
    if (!(index in counts)) throw new RangeError(`measurePerplexity: index ${index} is not one of ${classes} classes`);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const entropy = counts.reduce((sum, count) => {
    const frequency = count / indices.size;
    return sum - frequency * Math.log(frequency + 1e-10);
  }, 0);
  return { perplexity: Math.exp(entropy), clusterUsage: counts.filter((count) => count > 0).length };
}
