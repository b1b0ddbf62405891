import type { Id } from './types.js';

/** native/src/loss.cc. */
export interface LossOperations {
  mseLoss(prediction: Id, target: Id, perSample: boolean): Id;
  mseLossGrad(dy: Id, prediction: Id, target: Id, perSample: boolean): Id;
  l1Loss(prediction: Id, target: Id, perSample: boolean): Id;
  l1LossGrad(dy: Id, prediction: Id, target: Id, perSample: boolean): Id;
  softmaxCrossEntropy(logits: Id, labels: Id): [loss: Id, logSumExp: Id];
  softmaxCrossEntropyGrad(dy: Id, logits: Id, labels: Id, logSumExp: Id): Id;
}
