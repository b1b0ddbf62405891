import * as tf from '@tensorflow/tfjs-core';
import { UNetModel } from '../../../models/unet/unet-model.js';
import { adamStep, emaStep } from '../../../ops/index.js';
import { ddpm32 } from '../networks.js';
import { pattern, sumOfMagnitudes, unknownPart, waitFor } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const LEARNING_RATE = 1e-3;
/** `torch.optim.AdamW`'s defaults. */
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
const EMA_DECAY = 0.9;

const shapes = new UNetModel(ddpm32.params).trainableParameters().map(([, { shape }]) => shape);
const bytes = 4 * shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape([...shape]), 0);

export const adamw: Workload = {
  name: 'adamw',
  summary: `one update of ${shapes.length} parameter tensors, ${(bytes / 4e6).toFixed(2)} million values, float32`,
  parts: [
    // The gradient is read; the parameter and both moments are read and written.
    { name: 'AdamW step', work: { amount: 7 * bytes, unit: 'B' } },
    { name: 'EMA step', work: { amount: 3 * bytes, unit: 'B' } },
  ],
  engines: ['torch'],
  pytorch: 'pytorch_adamw.py',
  prepare,
};

function prepare(): PreparedWorkload {
  const variables = (values: (shape: readonly number[]) => tf.Tensor) =>
    shapes.map((shape) => tf.tidy(() => tf.variable(values(shape))));
  const zeros = (shape: readonly number[]) => tf.zeros([...shape]);
  const parameters = variables((shape) => pattern(shape));
  const gradients = shapes.map((shape) => pattern(shape, 1));
  const firstMoments = variables(zeros);
  const secondMoments = variables(zeros);
  const shadows = variables((shape) => pattern(shape, 2));
  let stepsDone = 0;
  const steps: Record<string, () => void> = {
    'AdamW step': () => {
      stepsDone += 1;
      adamStep(
        { parameters, gradients, firstMoments, secondMoments },
        { ...ADAMW, decoupled: true, learningRate: LEARNING_RATE, step: stepsDone },
      );
    },
    'EMA step': () => {
      emaStep(shadows, parameters, EMA_DECAY);
    },
  };
  const stepNamed = (part: string) => steps[part] ?? unknownPart(part);
  return {
    // How far the first step moves the tensors, with the moments it leaves.
    check: (part) =>
      part === 'AdamW step'
        ? change(parameters, stepNamed(part)) / LEARNING_RATE + sumOfMagnitudes([...firstMoments, ...secondMoments])
        : change(shadows, stepNamed(part)),
    run(part, repetitions) {
      const step = stepNamed(part);
      for (let i = 0; i < repetitions; i++) step();
      (part === 'AdamW step' ? parameters : shadows).slice(-1).forEach(waitFor);
    },
  };
}

function change(tensors: readonly tf.Tensor[], step: () => void): number {
  return tf.tidy(() => {
    // Times one makes a copy: a clone would share the data that the step changes in place.
    const before = tensors.map((tensor) => tf.mul(tensor, 1));
    step();
    return sumOfMagnitudes(tensors.map((tensor, i) => tf.sub(tensor, before[i] ?? tensor)));
  });
}
