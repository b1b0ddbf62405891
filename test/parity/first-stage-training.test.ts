import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { valueAndGrads, withoutRecording } from '../../src/autodiff/index.js';
import type { AutoencoderKLOptions } from '../../src/first-stages/autoencoder-kl.params.js';
import { AutoencoderKL } from '../../src/first-stages/autoencoder-kl.js';
import { Autoencoder, type Encoded, type StepLog } from '../../src/first-stages/autoencoder.js';
import type { VQModelOptions } from '../../src/first-stages/vq-model.params.js';
import { VQModel } from '../../src/first-stages/vq-model.js';
import { toFloat32 } from '../../src/io/host-tensor.js';
import { LPIPSWithDiscriminator, VQLPIPSWithDiscriminator } from '../../src/losses/index.js';
import type { LPIPSWithDiscriminatorParamsInput } from '../../src/losses/lpips-with-discriminator.params.js';
import { DiagonalGaussianDistribution } from '../../src/models/autoencoder/diagonal-gaussian.js';
import { Conv2d, type Module, type Parameter } from '../../src/nn/index.js';
import { RandomStreams } from '../../src/random/index.js';
import type { LightningModule, TensorBatch } from '../../src/train/lightning-module.js';
import {
  assertClose,
  assertParameterGradients,
  fillByHash,
  GivenNoise,
  GRADIENT_TOLERANCE,
  OUTPUT_TOLERANCE,
  published,
  toTensor,
} from '../support/compare.js';
import { onEveryEngine } from '../support/engines.js';
import { readGolden, sampleGradient, type Golden } from '../support/golden.js';
import { logOf } from '../support/logged.js';

const [AUTOENCODER, DISCRIMINATOR] = [0, 1];

interface Step {
  readonly loss: number;
  readonly logged: Readonly<Record<string, number>>;
  /** By parameter; the caller disposes them. */
  readonly gradients: ReadonlyMap<Parameter, tf.Tensor>;
}

/** Takes a step's loss and gradients as the trainer does. */
function step(model: LightningModule, batch: TensorBatch, optimizerIndex: number, globalStep: number): Step {
  const logged = logOf(model, { globalStep });
  const parameters = model.configureOptimizers()[optimizerIndex]!.optimizer.parameters.map(([, one]) => one);
  const weights = parameters.map(({ value }) => value);
  const { value, grads } = valueAndGrads(() => model.trainingStep(batch, 0, optimizerIndex), weights);
  const loss = value.dataSync()[0] ?? NaN;
  value.dispose();
  return { loss, logged, gradients: new Map(parameters.map((one, i) => [one, grads[i]!])) };
}

function dispose({ gradients }: Step): void {
  tf.dispose([...gradients.values()]);
}

/** The model of the golden files of the loss: a convolution of features that are given, and moments that are given. */
class OneLayer extends Autoencoder<{ kl: tf.Tensor1D }> {
  readonly last = this.child('last', new Conv2d(4, 3, { kernelSize: 3, padding: 1 }));
  protected override readonly postQuantConv = this.child('post_quant_conv', new Conv2d(1, 1, { kernelSize: 1 }));
  protected override readonly stepLog: StepLog = { losses: ['aeloss', 'discloss'], terms: {} };

  constructor(
    golden: Golden,
    readonly moments: tf.Tensor4D,
    loss: Module,
  ) {
    const ddconfig = { ch: 32, out_ch: 3, ch_mult: [1], num_res_blocks: 1, attn_resolutions: [] };
    super({ ddconfig: { ...ddconfig, in_channels: 3, resolution: 32, z_channels: 4 }, loss });
    const names = ['weight', 'bias'];
    this.last.loadStateDict(new Map(names.map((name) => [name, golden.get(`param.last.${name}`)])));
    const h = toTensor(golden.get('in.h')) as tf.Tensor4D;
    const { last } = this;
    Object.assign(this.decoder, {
      features: () => h,
      toImages: (features: tf.Tensor4D) => last.forward(features),
      dispose: () => {
        h.dispose();
      },
    });
    Object.defineProperty(this.decoder, 'lastWeight', { get: () => last.weight });
  }

  protected override inputsOf(batch: TensorBatch): tf.Tensor4D {
    return this.imagesIn(batch);
  }

  protected override encoded(): Encoded<{ kl: tf.Tensor1D }> {
    const kl = new DiagonalGaussianDistribution(this.moments).kl();
    return { latent: withoutRecording(() => tf.zeros([1, 1, 1, 1])), terms: { kl } };
  }
}

onEveryEngine(
  'the training step of a KL autoencoder against the published loss',
  (test) => {
    for (const name of ['hinge', 'actnorm', 'vanilla_late'] as const) {
      test(`${name}: loss, log and every gradient of both steps, before and after disc_start`, () => {
        const golden = readGolden(`lpips_with_discriminator_${name}`);
        const loss = new LPIPSWithDiscriminator(golden.params as unknown as LPIPSWithDiscriminatorParamsInput);
        fillByHash(loss);
        loss.logvar.assign(tf.scalar(Number(golden.params.logvar_init ?? 0)));
        const moments = toTensor(golden.get('in.moments')) as tf.Tensor4D;
        const model = new OneLayer(golden, moments, loss).initialize(new RandomStreams(1));
        const batch = { image: toTensor(golden.get('in.inputs')) };
        for (const globalStep of [0, 11]) {
          const key = `step${globalStep}`;
          const generator = step(model, batch, AUTOENCODER, globalStep);
          expectLog(golden, `out.${key}.g`, generator, 'aeloss');
          const { weight, bias } = model.last;
          const gradient = (one: Parameter) => toFloat32(one.publish(generator.gradients.get(one)));
          assertGradient(golden, `grad.${key}.g.last.weight`, gradient(weight));
          assertGradient(golden, `grad.${key}.g.last.bias`, gradient(bias));
          assertGradient(golden, `grad.${key}.g.logvar`, gradient(loss.logvar));
          dispose(generator);
          const discriminator = step(model, batch, DISCRIMINATOR, globalStep);
          expectLog(golden, `out.${key}.d`, discriminator, 'discloss');
          const inOrder = loss.discriminator.trainableParameters();
          const found = inOrder.map(([, one]) => discriminator.gradients.get(one)!);
          assertParameterGradients(golden, loss.discriminator, found, (own) => `${key}.d.${own}`);
          dispose(discriminator);
        }
        tf.dispose([batch.image, moments]);
        model.dispose();
      });
    }
  },
  ['torch'],
);

/** The loss and everything that is logged, and nothing else. */
function expectLog(golden: Golden, key: string, { loss, logged }: Step, name: string): void {
  assertClose([loss], golden.floats(`${key}.loss`), OUTPUT_TOLERANCE, `${key}.loss`);
  const { [name]: own, ...terms } = logged;
  assertClose([own ?? NaN], golden.floats(`${key}.loss`), OUTPUT_TOLERANCE, name);
  const expected = [...golden.tensors.keys()].filter((one) => one.startsWith(`${key}.log.`));
  assert.equal(Object.keys(terms).sort(), expected.map((one) => one.slice(`${key}.log.`.length)).sort());
  for (const [one, value] of Object.entries(terms)) {
    assertClose([value], golden.floats(`${key}.log.${one}`), OUTPUT_TOLERANCE, one);
  }
}

function assertGradient(golden: Golden, name: string, found: Float32Array): void {
  assertClose(sampleGradient(found), golden.floats(name), GRADIENT_TOLERANCE, name);
}

/** Streams that draw nothing but zeros: a posterior is then decoded at its mode. */
class Zeros extends RandomStreams {
  override get(): GivenNoise {
    return new (class extends GivenNoise {
      override normal(shape?: readonly number[]): tf.Tensor {
        return tf.zeros([...(shape ?? [])]);
      }
    })(tf.scalar(0));
  }
}

onEveryEngine(
  'the training step of the autoencoders against the published ones',
  (test) => {
    // What the golden files sum up is what remains of the losses without perceptual and adversarial terms.
    const plain = { disc_start: 0, disc_factor: 0, perceptual_weight: 0, disc_num_layers: 1 };

    test('AutoencoderKL: loss and every gradient', () => {
      const golden = readGolden('autoencoder_kl');
      const options = golden.params as unknown as AutoencoderKLOptions;
      const image = toTensor(golden.get('in.x'));
      // The published loss sums the pixels of each image where the file's is their mean.
      const pixels = image.size / image.shape[0];
      const loss = new LPIPSWithDiscriminator({ ...plain, kl_weight: 1e-3 * pixels });
      const model = new AutoencoderKL({ ...options, loss });
      fillByHash(model);
      model.initialize(new Zeros(1));
      loss.logvar.assign(tf.scalar(0));
      const taken = step(model, { image }, AUTOENCODER, 0);
      assertClose([taken.loss / pixels], golden.floats('out.loss'), OUTPUT_TOLERANCE, 'loss');
      const network = model.trainableParameters().filter(([name]) => !name.startsWith('loss.'));
      for (const [name, one] of network) {
        const scaled = tf.tidy(() => tf.div(taken.gradients.get(one)!, pixels));
        assertGradient(golden, `grad.${name}`, toFloat32(one.publish(scaled)));
        scaled.dispose();
      }
      dispose(taken);
      image.dispose();
      model.dispose();
    });

    test('VQModel: loss and every gradient', () => {
      const golden = readGolden('vq_model');
      const loss = new VQLPIPSWithDiscriminator(plain);
      const model = new VQModel({ ...(golden.params as unknown as VQModelOptions), loss });
      fillByHash(model);
      const codebook = new Map([['quantize.embedding.weight', golden.get('param.quantize.embedding.weight')]]);
      model.loadStateDict(codebook, { strict: false });
      model.initialize(new RandomStreams(1));
      const image = toTensor(golden.get('in.x'));
      const taken = step(model, { image }, AUTOENCODER, 0);
      assertClose([taken.loss], golden.floats('out.loss'), OUTPUT_TOLERANCE, 'loss');
      assertClose([taken.logged['train/quant_loss']!], golden.floats('out.codebook_loss'), OUTPUT_TOLERANCE, 'quant');
      const used = new Set(golden.ints('out.indices')).size;
      assert.is(taken.logged['train/cluster_usage'], used);
      for (const [name, one] of model.trainableParameters()) {
        if (!name.startsWith('loss.'))
          assertGradient(golden, `grad.${name}`, toFloat32(one.publish(taken.gradients.get(one))));
      }
      dispose(taken);
      model.onTrainBatchEnd();
      image.dispose();
      model.dispose();
    });

    test('one backward pass: the gradients are those of the whole loss at the weight that it logs', () => {
      const golden = readGolden('autoencoder_kl');
      const loss = new LPIPSWithDiscriminator({
        ...{ disc_start: 0, disc_weight: 0.5, kl_weight: 1e-2, perceptual_weight: 0 },
        ...{ disc_num_layers: 1, use_actnorm: true },
      });
      const model = new AutoencoderKL({ ...(golden.params as unknown as AutoencoderKLOptions), loss });
      fillByHash(model);
      model.initialize(new Zeros(1));
      const image = toTensor(golden.get('in.x')) as tf.Tensor4D;
      const taken = step(model, { image }, AUTOENCODER, 0);
      const dWeight = taken.logged['train/d_weight'] ?? NaN;
      assert.ok(dWeight > 1e-3 && dWeight < 1e4, `an adaptive weight, found ${dWeight}`);
      const parameters = [...taken.gradients.keys()];
      const whole = valueAndGrads(
        () => {
          const { reconstruction, posterior } = model.forward(image, false);
          const logvar = loss.logvar.value;
          const error = tf.abs(tf.sub(image, reconstruction));
          const nll = tf.div(tf.sum(tf.add(tf.div(error, tf.exp(logvar)), logvar)), image.shape[0]);
          const adversary = tf.neg(tf.mean(loss.discriminator.forward(reconstruction)));
          const kl = tf.mul(tf.mean(posterior.kl()), 1e-2);
          return tf.addN<tf.Scalar>([nll as tf.Scalar, tf.mul(adversary, dWeight), kl as tf.Scalar]);
        },
        parameters.map(({ value }) => value),
      );
      assertClose([taken.loss], whole.value.dataSync(), OUTPUT_TOLERANCE, 'loss');
      parameters.forEach((one, i) => {
        const found = published(taken.gradients.get(one)!);
        assertClose(found, published(whole.grads[i]!), GRADIENT_TOLERANCE, `gradient ${i}`);
      });
      dispose(taken);
      tf.dispose([image, whole.value, ...whole.grads]);
      model.dispose();
    });
  },
  ['torch', 'wasm'],
);
