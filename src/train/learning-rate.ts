/** What the effective learning rate is made of; see {@link scaledLearningRate}. */
export interface LearningRateFactors {
  readonly baseLearningRate: number;
  readonly batchSize: number;
  readonly accumulateGradBatches: number;
  readonly devices: number;
  /** CompVis's `--scale_lr`. */
  readonly scale: boolean;
}

/** The effective learning rate with the formula that says how it came about, as CompVis's `main.py` has it. */
export function scaledLearningRate(factors: LearningRateFactors): { learningRate: number; formula: string } {
  const { baseLearningRate, batchSize, accumulateGradBatches, devices, scale } = factors;
  if (!scale) {
    return {
      learningRate: baseLearningRate,
      formula: `${formatRate(baseLearningRate)} (base_learning_rate, not scaled)`,
    };
  }
  const learningRate = accumulateGradBatches * devices * batchSize * baseLearningRate;
  return {
    learningRate,
    formula:
      `${formatRate(learningRate)} = ${accumulateGradBatches} (accumulate_grad_batches) * ${devices} (devices) * ` +
      `${batchSize} (batch_size) * ${formatRate(baseLearningRate)} (base_learning_rate)`,
  };
}

function formatRate(rate: number): string {
  return rate.toExponential(2);
}
