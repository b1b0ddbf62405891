/** Mean of the squared differences. Inputs `prediction`, `target` of one shape; one output: see MeanErrorAttrs. */
export const MseLoss = 'MseLoss';
/** Inputs `dy`, `prediction`, `target`; output: the gradient of the prediction, the negative of the target's. */
export const MseLossGrad = 'MseLossGrad';

/** Mean of the absolute differences; inputs and output as of MseLoss. */
export const L1Loss = 'L1Loss';
/** Inputs and output as of MseLossGrad; zero where prediction and target are equal. */
export const L1LossGrad = 'L1LossGrad';

/** The mean over all values, a scalar, or over those of each sample, `[N, ...]` to `[N]`. */
export type MeanErrorAttrs = { readonly reduction: 'mean' | 'perSample' };

/**
 * Cross-entropy of the softmax over the last axis with one class each.
 * Inputs `logits [..., classes]`, `labels [...]` int32; outputs `loss [...]`, `logSumExp [...]`.
 */
export const SoftmaxCrossEntropy = 'SoftmaxCrossEntropy';
/** Inputs `dy [...]`, `logits`, `labels`, `logSumExp` as in SoftmaxCrossEntropy; output: the gradient of the logits. */
export const SoftmaxCrossEntropyGrad = 'SoftmaxCrossEntropyGrad';
