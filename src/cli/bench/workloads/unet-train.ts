import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../../autodiff/index.js';
import { UNetModel } from '../../../models/unet/unet-model.js';
import { AdamW, LitEma } from '../../../optim/index.js';
import { RandomStreams } from '../../../random/index.js';
import { fillByName } from '../hash-fill.js';
import { celebahq, ddpm32, type Network } from '../networks.js';
import { pattern } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const LEARNING_RATE = 1e-5;
/** The backward pass computes two gradients, each as much work as the forward pass. */
const PASSES = 3;

interface Training {
  readonly network: Network;
  readonly batch: number;
  readonly size: number;
}

function training({ network, batch, size }: Training): Omit<Workload, 'name' | 'summary'> {
  const flop = 2 * PASSES * batch * network.multiplyAdds;
  return {
    parts: [{ name: 'step', work: { amount: flop, unit: 'FLOP' }, tellsConvolutions: true }],
    engines: ['torch'],
    mixedPrecision: true,
    pytorch: 'pytorch_unet_train.py',
    prepare: () => prepare({ network, batch, size }),
  };
}

/** CompVis's code, timed as PyTorch's `conv3x3` forward ran at this rate. */
const CONVOLUTION_RATE = 221e9;

export const unetTrain: Workload = {
  name: 'unet_train_b8_32px',
  summary: 'UNet of 16 M parameters, 32×32, batch 8: forward, l2 loss, backward, AdamW, EMA, reading the loss',
  published: { seconds: [1.17, 1.17], convolutionRate: CONVOLUTION_RATE },
  ...training({ network: ddpm32, batch: 8, size: 32 }),
};

export const celebahqUnetTrain: Workload = {
  name: 'celebahq_unet_train_b1',
  summary: 'UNet of celebahq-ldm-vq-4.yaml, 274 M parameters, 64×64, batch 1: the same training step',
  published: { seconds: [7.59, 7.59], convolutionRate: CONVOLUTION_RATE },
  // Five tensors per parameter, in each contestant.
  onlyByName: true,
  ...training({ network: celebahq, batch: 1, size: 64 }),
};

function prepare({ network, batch, size }: Training): PreparedWorkload {
  const unet = new UNetModel(network.params);
  fillByName(unet);
  const parameters = unet.trainableParameters();
  const weights = parameters.map(([, { value }]) => value);
  const optimizer = new AdamW(parameters);
  const ema = new LitEma(unet).initialize(new RandomStreams(0));
  const images = (seed: number) => tf.tidy(() => tf.mul<tf.Tensor4D>(pattern([batch, size, size, 3], seed), 3));
  const x = images(0);
  const noise = images(1);
  const timesteps = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => (i * 131 + 500) % 1000),
    'int32',
  );
  const loss = () => tf.mean<tf.Scalar>(tf.squaredDifference(noise, unet.forward({ x, timesteps })));
  const step = (): number => {
    const { value, grads } = valueAndGrads(loss, weights);
    optimizer.step(grads, LEARNING_RATE);
    ema.update();
    const [read = NaN] = value.dataSync();
    tf.dispose([value, ...grads]);
    return read;
  };
  return {
    // The loss before and after the weights have changed.
    check: () => step() + step(),
    run(_, repetitions) {
      for (let i = 0; i < repetitions; i++) step();
    },
  };
}
