import * as tf from '@tensorflow/tfjs-core';
import { AutoencoderKL } from '../../../first-stages/autoencoder-kl.js';
import { LPIPSWithDiscriminator } from '../../../losses/index.js';
import { Generator, RandomStreams } from '../../../random/index.js';
import { Optimization } from '../../../train/optimization.js';
import { fillByName } from '../hash-fill.js';
import { pattern } from '../tensors.js';
import type { PreparedWorkload, Workload } from './workload.js';

const BATCH = 4;
const SIZE = 64;
const CHANNELS = 3;
const LEARNING_RATE = 1e-5;

/** Multiply-adds of convolutions, forward, per image of 64×64; those of its attention are 1% of the autoencoder's. */
const MULTIPLY_ADDS = { autoencoder: 7.412e9, vgg16: 1.253e9, discriminator: 0.173e9 };

/**
 * What a step takes of each network at least, in forward passes, where a gradient is one more: the autoencoder's, its
 * two gradients, and a second reconstruction for the discriminator; VGG16 on inputs and reconstructions, and the
 * gradient at the latter; the discriminator on reconstructions with the gradient there, then on both with two gradients.
 */
const PASSES = { autoencoder: 3 + 1, vgg16: 2 + 1, discriminator: 2 + 2 * 3 };

const flop =
  2 *
  BATCH *
  (PASSES.autoencoder * MULTIPLY_ADDS.autoencoder +
    PASSES.vgg16 * MULTIPLY_ADDS.vgg16 +
    PASSES.discriminator * MULTIPLY_ADDS.discriminator);

export const autoencoderKlGanTrain: Workload = {
  name: 'autoencoder_kl_gan_train_b4_64px',
  summary: "AutoencoderKL with LPIPS and discriminator, 64×64, batch 4: both optimizers' steps",
  parts: [{ name: 'step', work: { amount: flop, unit: 'FLOP' }, tellsConvolutions: true }],
  engines: ['torch'],
  mixedPrecision: true,
  pytorch: 'pytorch_autoencoder_train.py',
  published: { seconds: [1.93, 1.93], convolutionRate: 221e9 },
  prepare,
};

/** The same draw each time, which any language makes alike. */
class PatternGenerator extends Generator {
  override normal(shape: readonly number[]): tf.Tensor {
    return tf.tidy(() => tf.mul(pattern(shape, 1), 3));
  }
}

class PatternStreams extends RandomStreams {
  override begin(): Generator {
    return new PatternGenerator([0, 0]);
  }
}

function prepare(): PreparedWorkload {
  const model = new AutoencoderKL({
    ddconfig: {
      ch: 64,
      ch_mult: [1, 2, 4],
      num_res_blocks: 2,
      attn_resolutions: [],
      in_channels: CHANNELS,
      out_ch: CHANNELS,
      resolution: SIZE,
      z_channels: 4,
    },
    embed_dim: 4,
    learn_logvar: false,
    loss: new LPIPSWithDiscriminator({ disc_start: 0, disc_weight: 0.5, kl_weight: 1e-6 }),
  });
  fillByName(model, { buffers: false });
  model.initialize(new PatternStreams(0));
  model.learningRate = LEARNING_RATE;
  const optimization = new Optimization(model, { accumulate: 1, checksFinite: false });
  const image = tf.tidy(() => tf.mul(pattern([BATCH, SIZE, SIZE, CHANNELS]), 2));
  let globalStep = 0;
  let losses = { aeloss: NaN, discloss: NaN };
  model.attach({
    get globalStep() {
      return globalStep;
    },
    currentEpoch: 0,
    log(name, value) {
      // As the trainer does, which shows both after each step; what else is logged it adds up where it is.
      if (name in losses && typeof value !== 'number') losses = { ...losses, [name]: value.dataSync()[0] };
    },
  });
  const step = (): typeof losses => {
    optimization.take({ image }, globalStep, { step: globalStep, isLast: true });
    globalStep += 1;
    model.onTrainBatchEnd();
    return losses;
  };
  return {
    // Both losses before and after the weights have changed, the first of them per value, so that neither hides the other.
    check() {
      const all = [step(), step()];
      return all.reduce((sum, { aeloss, discloss }) => sum + aeloss / (SIZE * SIZE * CHANNELS) + discloss, 0);
    },
    run(_, repetitions) {
      for (let i = 0; i < repetitions; i++) step();
    },
  };
}
