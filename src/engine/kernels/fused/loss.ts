import type * as tf from '@tensorflow/tfjs-core';
import {
  L1Loss,
  L1LossGrad,
  MseLoss,
  MseLossGrad,
  SoftmaxCrossEntropy,
  SoftmaxCrossEntropyGrad,
  type MeanErrorAttrs,
} from '../../../ops/kernels/index.js';
import { kernel, type KernelTable } from '../kernel.js';

type ErrorInputs = { prediction: tf.TensorInfo; target: tf.TensorInfo };
type LabelInputs = { logits: tf.TensorInfo; labels: tf.TensorInfo };

const meanError = (name: 'mseLoss' | 'l1Loss') =>
  kernel<ErrorInputs, MeanErrorAttrs>(({ prediction, target }, { reduction }, torch) => {
    const perSample = reduction === 'perSample';
    const id = torch.addon[name](torch.id(prediction), torch.id(target), perSample);
    return torch.tensor(id, perSample ? prediction.shape.slice(0, 1) : [], 'float32');
  });

const meanErrorGrad = (name: 'mseLossGrad' | 'l1LossGrad') =>
  kernel<ErrorInputs & { dy: tf.TensorInfo }, MeanErrorAttrs>(({ dy, prediction, target }, { reduction }, torch) => {
    const ids = [torch.id(dy), torch.id(prediction), torch.id(target)] as const;
    return torch.tensor(torch.addon[name](...ids, reduction === 'perSample'), prediction.shape, 'float32');
  });

export const lossKernels: KernelTable = {
  [MseLoss]: meanError('mseLoss'),
  [MseLossGrad]: meanErrorGrad('mseLossGrad'),
  [L1Loss]: meanError('l1Loss'),
  [L1LossGrad]: meanErrorGrad('l1LossGrad'),
  [SoftmaxCrossEntropy]: kernel<LabelInputs>(({ logits, labels }, _, torch) => {
    const [loss, logSumExp] = torch.addon.softmaxCrossEntropy(torch.id(logits), torch.id(labels));
    return [torch.tensor(loss, labels.shape, 'float32'), torch.tensor(logSumExp, labels.shape, 'float32')];
  }),
  [SoftmaxCrossEntropyGrad]: kernel<LabelInputs & { dy: tf.TensorInfo; logSumExp: tf.TensorInfo }>(
    ({ dy, logits, labels, logSumExp }, _, torch) => {
      const ids = [torch.id(dy), torch.id(logits), torch.id(labels), torch.id(logSumExp)] as const;
      return torch.tensor(torch.addon.softmaxCrossEntropyGrad(...ids), logits.shape, 'float32');
    },
  ),
};
