import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { assertClose } from '../../test/support/compare.js';
import { logOf } from '../../test/support/logged.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { onEveryEngine } from '../../test/support/engines.js';
import { valueAndGrads } from '../autodiff/index.js';
import { DiagonalGaussianDistribution } from '../models/autoencoder/diagonal-gaussian.js';
import { ClassEmbedder } from '../models/encoders/class-embedder.js';
import { Conv2d, Dropout, Identity, Linear, Module } from '../nn/index.js';
import { Lion } from '../optim/index.js';
import { RandomStreams } from '../random/index.js';
import { samplerNames } from '../samplers/index.js';
import type { LogImagesOptions, TensorBatch } from '../train/lightning-module.js';
import type { ConditionInput, ConditioningSource } from './conditioning-stage.js';
import type { NetworkInputs } from './diffusion-wrapper.js';
import type { Codebook } from './first-stage.js';
import { LatentDiffusion } from './latent-diffusion.js';
import type { LatentDiffusionOptions } from './latent-diffusion.params.js';
import { SplitInput } from './patches/split-input.js';

const SIZE = 4;
const CHANNELS = 2;

/** A pixel at a time, plus the mean of the context; keeps what it was called with. */
class Network extends Module {
  readonly numClasses: number;
  readonly inChannels: number;
  readonly calls: NetworkInputs[] = [];
  /** Sees the inputs while they are there. */
  watch: (inputs: NetworkInputs) => void = () => undefined;
  readonly #conv: Conv2d;
  readonly #context = this.child('context', new Linear(3, CHANNELS));

  constructor({ inChannels = CHANNELS, numClasses = 0 } = {}) {
    super();
    this.numClasses = numClasses;
    this.inChannels = inChannels;
    this.#conv = this.child('conv', new Conv2d(inChannels, CHANNELS, { kernelSize: 1 }));
  }

  forward(inputs: NetworkInputs): tf.Tensor4D {
    this.calls.push(inputs);
    this.watch(inputs);
    const h = this.#conv.forward(inputs.x);
    if (!inputs.context) return h;
    const vector = tf.mean(this.#context.forward(inputs.context), 1);
    return tf.add(h, tf.reshape(vector, [-1, 1, 1, CHANNELS]));
  }
}

/** Halves and doubles the size by averages and copies; its distribution has a deviation of 1 / e. */
class FirstStage extends Module {
  readonly #dropout = this.child('dropout', new Dropout(0.5));
  /** Sees how it is asked to decode. */
  watch: (forceNotQuantize: boolean) => void = () => undefined;
  /** Images so far. */
  encoded = 0;
  quantize?: Codebook;
  readonly weight = this.parameter('weight', { shape: [CHANNELS], init: () => tf.tensor1d([3, 5]) });

  encode(x: tf.Tensor4D): DiagonalGaussianDistribution {
    this.encoded += x.shape[0];
    const moments = tf.tidy(() => {
      const mean = this.#dropout.forward(tf.mul(tf.avgPool(x, 2, 2, 'valid'), this.weight.value));
      return tf.concat([mean, tf.sub(tf.zerosLike(mean), 2)], -1) as tf.Tensor4D;
    });
    return new DiagonalGaussianDistribution(moments);
  }

  posterior(parameters: tf.Tensor4D): DiagonalGaussianDistribution {
    return new DiagonalGaussianDistribution(parameters);
  }

  decode(z: tf.Tensor4D, { forceNotQuantize = false } = {}): tf.Tensor4D {
    this.watch(forceNotQuantize);
    const [, h, w] = z.shape;
    return tf.tidy(() => tf.image.resizeNearestNeighbor(tf.div(z, this.weight.value), [2 * h, 2 * w]));
  }
}

/** The length of each text as its context. */
class Lengths extends Module {
  encode(texts: ConditionInput): tf.Tensor3D {
    assert.ok(!(texts instanceof tf.Tensor), 'texts, not tensors');
    return tf.tensor3d(texts.map((text) => [[text.length, 0, 0]]));
  }
}

/** Each of 16 tokens as its number, times a weight. */
class Tokens extends Module {
  readonly vocabSize = 16;
  readonly scale = this.parameter('scale', { shape: [1], init: () => tf.ones([1]) });

  encode(tokens: ConditionInput): tf.Tensor3D {
    const numbers = tf.expandDims(tf.cast(tokens as tf.Tensor, 'float32'), -1);
    return tf.mul(tf.tile(numbers, [1, 1, 3]), this.scale.value);
  }
}

interface Made {
  readonly model: LatentDiffusion;
  readonly network: Network;
  readonly firstStage: FirstStage;
  readonly logged: Record<string, number>;
  readonly reported: string[];
  readonly streams: RandomStreams;
}

function made(
  conditioning: ConditioningSource,
  options: LatentDiffusionOptions = {},
  network = new Network(),
  split?: SplitInput,
): Made {
  const reported: string[] = [];
  const firstStage = new FirstStage();
  const model = new LatentDiffusion(
    { network, firstStage, conditioning, split },
    { image_size: SIZE, channels: CHANNELS, timesteps: 10, log_every_t: 4, ...options },
  );
  const streams = new RandomStreams(0);
  model.initialize(streams);
  const logged = logOf(model, { reported });
  return { model, network, firstStage, logged, reported, streams };
}

function batch(count = 2): TensorBatch {
  const generator = new RandomStreams(1).get('batch');
  return {
    image: generator.normal([count, 2 * SIZE, 2 * SIZE, CHANNELS]),
    class_label: tf.range(0, count, 1, 'int32'),
    caption: generator.integers(7, [count, 3]),
    segmentation: tf.ones([count, SIZE, SIZE], 'int32'),
  };
}

/** As the trainer calls it: the value and the gradients of everything that is trained. */
function step({ model }: Made, given: TensorBatch): Map<string, Float32Array> {
  const trained = model.trainableParameters();
  const { value, grads } = valueAndGrads(
    () => model.trainingStep(given),
    trained.map(([, parameter]) => parameter.value),
  );
  const found = new Map(trained.map(([name], i) => [name, grads[i]!.dataSync<'float32'>().slice()]));
  tf.dispose([value, ...grads]);
  return found;
}

const classEmbedder = () => new ClassEmbedder({ embed_dim: 3, n_classes: 5, key: 'class_label' });
const isZero = (values: Float32Array | undefined) => values?.every((value) => value === 0);

onEveryEngine('LatentDiffusion', (test, engine) => {
  test('without a condition only the network is trained; nothing is left behind', () => {
    const all = made('unconditional');
    const given = batch();
    const before = tf.memory().numTensors;
    const gradients = step(all, given);
    all.network.calls.splice(0);
    assert.is(tf.memory().numTensors, before);
    assert.equal(
      [...gradients.keys()],
      ['context.weight', 'context.bias', 'conv.weight', 'conv.bias'].map((name) => `model.diffusion_model.${name}`),
    );
    assert.equal(Object.keys(all.logged), ['train/loss_simple', 'train/loss_vlb', 'train/loss']);
    const [config] = all.model.configureOptimizers();
    assert.equal(
      config!.optimizer.parameters.map(([name]) => name),
      [...gradients.keys()],
    );
  });

  test('trained by the optimizer and at the rate it is given, which is logged as published', () => {
    const all = made('unconditional', { schedule: (step) => 0.5 + step, optimizer: (weights) => new Lion(weights) });
    all.model.learningRate = 0.5;
    step(all, batch());
    all.network.calls.splice(0);
    assert.is(all.logged.lr_abs, 0.25);
    const [config] = all.model.configureOptimizers();
    assert.instance(config!.optimizer, Lion);
    assert.equal([0, 3].map(config!.learningRate), [0.25, 1.75]);
    config!.optimizer.dispose();
  });

  test('a conditioner is trained where it is to be, and computes as in evaluation elsewhere', () => {
    for (const trained of [false, true]) {
      const options = { conditioning_key: 'crossattn', cond_stage_trainable: trained } as const;
      const all = made(classEmbedder(), options);
      const gradients = step(all, batch());
      assert.is(gradients.has('cond_stage_model.embedding.weight'), trained);
      if (trained) assert.not(isZero(gradients.get('cond_stage_model.embedding.weight')));
      assert.equal(all.network.calls[0]?.context?.shape, [2, 1, 3]);

      all.model.eval().train();
      const training = new Map([...all.model.namedModules()].map(([name, module]) => [name, module.training]));
      assert.is(training.get('model.diffusion_model'), true);
      assert.is(training.get('first_stage_model.dropout'), false);
      assert.is(training.get('cond_stage_model'), trained);
    }
  });

  test('scale_by_std over batches: as if all so far were one; kept, so that a resumed training goes on with them', () => {
    const make = () => made('unconditional', { scale_by_std: 2 });
    const [first, second, third] = [batch(3), { image: tf.mul(batch(2).image as tf.Tensor, 2.5) }, batch(1)];
    const factorOf = ({ model }: Made) => model.stateDict().get('scale_factor')!.data[0] as number;
    const all = make();
    const before = tf.memory().numTensors;
    all.model.onTrainBatchStart(first, 0);
    assert.is(tf.memory().numTensors, before);
    const resumed = make();
    resumed.model.loadStateDict(all.model.stateDict());
    resumed.streams.state = all.streams.state;
    resumed.network.calls.splice(0);
    const alone = factorOf(all);
    all.model.onTrainBatchStart(second, 1);
    all.model.onTrainBatchStart(third, 2);
    assert.not.equal(factorOf(all), alone);
    resumed.model.onTrainBatchStart(second, 1);
    assert.is(factorOf(resumed), factorOf(all));
    assert.equal(all.reported, [`scale_factor ${factorOf(all)}, measured on 2 of the training's batches`]);

    const zs = tf.tidy(() => {
      const latents = [first, second].map(({ image }) =>
        tf.reshape(tf.mul(tf.avgPool(image as tf.Tensor4D, 2, 2, 'valid'), [3, 5]), [-1]),
      );
      const { variance } = tf.moments(tf.concat(latents));
      return variance.dataSync()[0]!;
    });
    // The posterior adds a variance of e^-2.
    const expected = 1 / Math.sqrt(zs + Math.exp(-2));
    assert.ok(Math.abs(factorOf(all) / expected - 1) < 0.05, `${factorOf(all)} near ${expected}`);
  });

  test('patches: the network, the condition that is an image, and the first stage see one after the other', () => {
    const cutting = { ks: [2, 2], stride: [2, 2], vqf: 2 };
    // Patches draw other noise from the posterior: of the same latent images, the gradients are the same.
    const split = new SplitInput({ ...cutting, patch_distributed_vq: false });
    const options = { cond_stage_key: 'segmentation' };
    const conditioner = new Identity();
    const cut = made(conditioner, options, new Network({ inChannels: 3 }), split);
    const shapes: number[][] = [];
    cut.network.watch = ({ x }) => shapes.push(x.shape);
    const given = batch();
    const gradients = step(cut, given);
    assert.equal(
      shapes,
      Array.from({ length: 4 }, () => [2, 2, 2, 3]),
    );
    cut.network.calls.splice(0);
    const whole = made(conditioner, options, new Network({ inChannels: 3 }));
    const unsplit = step(whole, given);
    // Pixel by pixel, so that patches change nothing.
    for (const [name, expected] of unsplit) assertClose(gradients.get(name)!, expected, 1e-4, name);
    const z = tf.ones<tf.Rank.R4>([1, SIZE, SIZE, CHANNELS]);
    const { model } = made('unconditional', {}, new Network(), new SplitInput(cutting));
    assertClose(model.decodeFirstStage(z).dataSync(), whole.model.decodeFirstStage(z).dataSync(), 1e-6, 'decoded');
    assert.equal(model.encodeFirstStage(given.image as tf.Tensor4D).shape, [2, SIZE, SIZE, CHANNELS]);
  });

  test('patches of a layout: each is told where it is, in the place of where the image is', () => {
    const given = { ...batch(), coordinates_bbox: tf.tensor2d([[3, 1, 2, 0, 15], [7, 4, 6, 0, 15]], [2, 5], 'int32') }; // prettier-ignore
    const options = { cond_stage_key: 'coordinates_bbox', cond_stage_trainable: true, conditioning_key: 'crossattn' } as const; // prettier-ignore
    const split = new SplitInput({ ks: [2, 2], stride: [2, 2], vqf: 2, patch_distributed_vq: false });
    const cut = made(new Tokens(), options, new Network(), split);
    const seen: number[][][] = [];
    cut.network.watch = ({ context }) => {
      const first = tf.slice(context!, [0, 0, 0], [-1, -1, 1]);
      seen.push(tf.squeeze<tf.Tensor2D>(first, [2]).arraySync());
    };
    const gradients = step(cut, given);
    // Of the 16 places of a grid of four by four, which are the tokens: upper left and lower right, rounded to even.
    const places = [[0, 10], [2, 11], [8, 14], [10, 15]]; // prettier-ignore
    assert.equal(
      seen,
      places.map((place) => [[3, 1, 2, ...place], [7, 4, 6, ...place]]), // prettier-ignore
    );
    assert.not.ok(isZero(gradients.get('cond_stage_model.scale')), 'gradients go back to what embeds them');
    const larger = tf.zeros<tf.Rank.R4>([2, 8, 8, CHANNELS]);
    assert.throws(
      () => cut.model.applyModel(larger, tf.tensor1d([0, 0], 'int32'), { cCrossattn: tf.zeros([2, 20, 3]) }),
      /image_size: layouts are cut for images of another size\n.*16 patches\n.*one of 4/,
    );
    const withoutCrop = { ...given, coordinates_bbox: tf.tensor2d([[3, 1, 2]], [1, 3], 'int32') };
    assert.throws(() => step(cut, withoutCrop), /do not say where the crop lies[^]*encode_crop: true/);
  });

  test('the published inpainting: what is left of the image and a mask are joined to the latent image', async () => {
    const options = { cond_stage_key: 'masked_image', conditioning_key: 'concat', timesteps: 4 } as const;
    const all = made('first-stage', options, new Network({ inChannels: 2 * CHANNELS + 1 }));
    all.model.eval();
    const { model, network } = all;
    assert.ok(model.isInpainter);
    assert.is(model.conditionedBy?.image, undefined);
    const side = 2 * SIZE;
    const x0 = tf.fill<tf.Rank.R4>([1, side, side, CHANNELS], 0.5);
    // The left half is kept.
    const kept = tf.concat<tf.Tensor4D>([tf.ones([1, side, SIZE, 1]), tf.zeros([1, side, SIZE, 1])], 2);
    const seen: Float32Array[] = [];
    network.watch = ({ x }) => {
      seen.push(tf.slice(x, [0, 0, 0, CHANNELS], [2, 1, SIZE, CHANNELS + 1]).dataSync<'float32'>());
    };
    const streams = new RandomStreams(3);
    const request = { count: 2, sampler: 'ddim', steps: 2, eta: 0, streams } as const;
    const before = tf.memory().numTensors;
    const images = await model.sample({ ...request, known: { x0, mask: kept } });
    assert.equal(images.shape, [2, side, side, CHANNELS]);
    images.dispose();
    assert.is(tf.memory().numTensors, before);
    // The mean of the first stage's distribution: three and five times what is left, black where nothing is.
    const row = [[1.5, 2.5, -1], [1.5, 2.5, -1], [-3, -5, 1], [-3, -5, 1]].flat(); // prettier-ignore
    assertClose(seen[0]!, [...row, ...row], 1e-5, 'joined');
    assert.is(seen.length, 2, 'once a step: nothing is put back meanwhile');
    const batchOf = { masked_image: tf.mul(x0, kept), mask: tf.sub(1, tf.mul(kept, 2)) };
    const given = { ...batch(), ...Object.fromEntries(Object.entries(batchOf).map(([k, v]) => [k, tf.tile(v, [2, 1, 1, 1])])) }; // prettier-ignore
    assert.ok(step(all, given).size > 0);
    const pictures = await model.logImages(given, { maxImages: 2, sample: false, plot_progressive_rows: false });
    assert.equal(pictures.conditioning?.images.shape, [2, side, side, CHANNELS]);
    assert.throws(() => step(all, { ...given, mask: [] }), /mask/);
  });

  test('codes by their numbers, and latent images as they are', () => {
    const { model, firstStage } = made('unconditional', { scale_factor: 0.5 });
    assert.throws(
      () => model.decodeFirstStage(tf.zeros([1, SIZE, SIZE], 'int32'), { predictCids: true }),
      /predict_cids takes numbers of codes, and this first stage has no codebook/,
    );
    const asked: boolean[] = [];
    firstStage.watch = (forceNotQuantize) => asked.push(forceNotQuantize);
    firstStage.quantize = {
      forward: (z) => ({ quant: tf.round(z) }),
      getCodebookEntry: (indices) => tf.stack([indices, indices], -1),
    };
    const numbers = tf.fill([1, SIZE, SIZE], 3, 'int32');
    const likely = tf.oneHot(tf.cast(numbers, 'int32'), 5);
    const options = { predictCids: true };
    const expected = model.decodeFirstStage(tf.fill([1, SIZE, SIZE, CHANNELS], 3), { forceNotQuantize: true });
    for (const z of [numbers, likely])
      assertClose(model.decodeFirstStage(z, options).dataSync(), expected.dataSync(), 1e-6, '');
    model.decodeFirstStage(tf.zeros([1, SIZE, SIZE, CHANNELS]));
    assert.equal(asked, [true, true, true, false]);
    const flags = { z: numbers, predict_cids: tf.scalar(1) };
    assertClose((model.methods().decode_first_stage!(flags) as tf.Tensor).dataSync(), expected.dataSync(), 1e-6, '');
  });

  test('scale_by_std: the first batch of all gives the factor, which is kept', () => {
    const all = made('unconditional', { scale_by_std: true });
    const given = batch(3);
    const factor = () => all.model.stateDict().get('scale_factor')!.data[0] as number;
    assert.is(factor(), 1);
    const before = tf.memory().numTensors;
    all.model.onTrainBatchStart(given, 1);
    assert.is(factor(), 1, 'not the second');
    all.model.onTrainBatchStart(given, 0);
    assert.is(tf.memory().numTensors, before);
    const scaled = all.model.encodeFirstStage(given.image as tf.Tensor4D).dataSync<'float32'>();
    // With new draws of the posterior: near 1.
    const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
    const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (scaled.length - 1);
    assert.ok(Math.abs(Math.sqrt(variance) - 1) < 0.1, String(variance));
    assert.is(all.logged.scale_factor, factor());

    const begun = made('unconditional', { scale_by_std: true, ckpt_path: 'weights.ckpt' });
    begun.model.onTrainBatchStart(given, 0);
    assert.is(begun.model.stateDict().get('scale_factor')!.data[0], 1, 'weights to begin with have one');
    assert.not(made('unconditional').model.stateDict().has('scale_factor'));
  });

  test('the factor multiplies latent images and divides before decoding', () => {
    const { model } = made('unconditional', { scale_factor: 0.25 });
    const z = tf.fill<tf.Rank.R4>([1, SIZE, SIZE, CHANNELS], 0.75);
    const images = model.decodeFirstStage(z);
    assert.equal(images.shape, [1, 2 * SIZE, 2 * SIZE, CHANNELS]);
    assertClose(images.dataSync().slice(0, 2), [1, 0.6], 1e-6, 'decoded');
  });

  test('the first stage as the conditioner: its mode, without the factor; weights under both names', () => {
    const all = made('first-stage', { scale_factor: 0.25 }, new Network({ inChannels: 2 * CHANNELS }));
    const given = { ...batch(), image: tf.ones([2, 2 * SIZE, 2 * SIZE, CHANNELS]) };
    step(all, given);
    const [call] = all.network.calls;
    assert.equal(call?.x.shape, [2, SIZE, SIZE, 2 * CHANNELS]);
    const weights = [...all.model.stateDict().keys()].filter((name) => name.endsWith('stage_model.weight'));
    assert.equal(weights, ['first_stage_model.weight', 'cond_stage_model.weight']);
  });

  test('images without channels get one; tokens and labels come as they are', () => {
    const joined = made(new Identity(), { cond_stage_key: 'segmentation' }, new Network({ inChannels: 3 }));
    step(joined, batch());
    assert.equal(joined.network.calls[0]?.x.shape, [2, SIZE, SIZE, 3]);
    const labels = made(
      new Identity(),
      { cond_stage_key: 'class_label', conditioning_key: 'adm' },
      new Network({ numClasses: 5 }),
    );
    step(labels, batch());
    assert.is(labels.network.calls[0]?.y?.dtype, 'int32');
  });

  test('texts come as they are', async () => {
    const all = made(new Lengths(), { cond_stage_key: 'caption', conditioning_key: 'crossattn' });
    let context: number[][][] | undefined;
    all.network.watch = (inputs) => (context ??= inputs.context?.arraySync());
    step(all, { ...batch(), caption: ['a cat', 'two cats'] });
    assert.equal(context, [[[5, 0, 0]], [[8, 0, 0]]]);
    const { samples } = await all.model.logImages({ ...batch(), caption: ['a', 'b'] }, { maxImages: 1 });
    assert.is(samples?.images.shape[0], 1);
  });

  test('the averaged weights are validated on the same noise', async () => {
    const all = made('unconditional');
    all.model.onValidationStart();
    await all.model.validationStep(batch());
    assert.equal(Object.keys(all.logged), [
      ...['val/loss_simple', 'val/loss_vlb', 'val/loss'],
      ...['val/loss_simple_ema', 'val/loss_vlb_ema', 'val/loss_ema'],
    ]);
    assert.is(all.logged['val/loss_ema'], all.logged['val/loss']);
  });

  test('a learned variance of each timestep', () => {
    const all = made('unconditional', { learn_logvar: true, logvar_init: 0.5, l_simple_weight: 2 });
    const gradients = step(all, batch());
    assert.not(isZero(gradients.get('logvar')));
    const { 'train/loss_simple': simple = NaN, 'train/loss_gamma': gamma, 'train/loss': loss, logvar } = all.logged;
    assertClose([gamma!], [simple / Math.exp(0.5) + 0.5], 1e-5, 'loss_gamma');
    assertClose([loss!, logvar!], [2 * gamma!, 0.5], 1e-5, 'loss and logvar');
    assert.equal(all.model.stateDict().get('logvar')?.shape, [10]);
  });

  test('a condition with noise of its own, by its own timestep', () => {
    // With two timesteps of the condition, all but the first are noise at the last one: little is left of it.
    const all = made(
      new Identity(),
      {
        ...{ cond_stage_key: 'segmentation', num_timesteps_cond: 2, timesteps: 1000, linear_end: 0.1 },
      },
      new Network({ inChannels: 3 }),
    );
    let condition = new Float32Array();
    all.network.watch = ({ x }) => {
      condition = tf.tidy(() => tf.slice(x, [0, 0, 0, CHANNELS]).dataSync<'float32'>().slice());
    };
    step(all, batch());
    const mean = condition.reduce((sum, value) => sum + value, 0) / condition.length;
    const variance = condition.reduce((sum, value) => sum + (value - mean) ** 2, 0) / condition.length;
    assert.ok(Math.abs(mean) < 0.6 && variance > 0.4, `ones have become noise: mean ${mean}, variance ${variance}`);
  });

  test('processes by their published names, with the conditions that the key has', () => {
    const { model } = made(classEmbedder(), { concat_mode: false });
    const x = tf.ones<tf.Rank.R4>([1, SIZE, SIZE, CHANNELS]);
    const inputs = { x, t: tf.tensor1d([3], 'int32'), c_crossattn: tf.ones([1, 1, 3]), noise: tf.zerosLike(x) };
    const { x: next } = model.methods().p_sample!(inputs) as Record<string, tf.Tensor>;
    const { noise, ...rest } = inputs;
    const { model_mean: mean } = model.methods().p_mean_variance!(rest) as Record<string, tf.Tensor>;
    assert.equal(noise.shape, next!.shape);
    assert.equal(next!.dataSync(), mean!.dataSync());
    const wrong = { ...rest, c_concat: x };
    assert.throws(() => model.methods().p_mean_variance!(wrong), /unknown input c_concat/);
    assert.equal((model.methods()._prior_bpd!({ x_start: x }) as tf.Tensor).shape, [1]);
  });

  test('what goes wrong', async () => {
    const named = made(classEmbedder(), { concat_mode: false });
    assert.throws(
      () => step(named, { image: batch().image! }),
      /model\.params\.cond_stage_config\.params\.key: the data set has nothing[^]*found: +class_label[^]*expected: +one of image/,
    );
    assert.throws(
      () => made(classEmbedder(), { concat_mode: false, cond_stage_forward: 'encoed' }),
      /model\.params\.cond_stage_forward: the conditioner has no such method\n +found: +encoed/,
    );
    assert.throws(
      () => step(made(classEmbedder(), { conditioning_key: 'hybrid' }), batch()),
      /conditioning_key hybrid takes another condition than this conditioner makes\n +found: +one tensor/,
    );
    const inpainting = made('first-stage', {}, new Network({ inChannels: 2 * CHANNELS + 1 }));
    assert.throws(
      () => step(inpainting, batch()),
      /unet_config\.params\.in_channels: [^]*found: +2 channels of the noisy image and 2 of the condition\n +expected: +5/,
    );
    const captioned = made(new Identity(), { cond_stage_key: 'caption' });
    const request = { count: 1, sampler: 'ddim', steps: 2, eta: 0, streams: new RandomStreams(0) } as const;
    await rejects(
      captioned.model.sample(request),
      /a condition that is neither class nor text[^]*examples that have caption/,
    );
    await rejects(named.model.sample({ ...request, labels: [5] }), /1 images of 5 classes with labels 5/);
    const noised = made(classEmbedder(), { concat_mode: false, num_timesteps_cond: 2 });
    await rejects(
      noised.model.sample({ ...request, sampler: 'ddpm', labels: [1] }),
      /the sampler ddpm cannot draw under a noised condition yet[^]*--sampler ddim/,
    );
  });

  if (engine !== 'torch') return;

  test('samples of classes, and of none; nothing is left behind', async () => {
    for (const [model, labels] of [
      [made(classEmbedder(), { concat_mode: false }), [0, 4]],
      [made('unconditional'), []],
    ] as const) {
      model.model.eval();
      const before = tf.memory().numTensors;
      for (const sampler of samplerNames) {
        const request = { count: 2, labels, sampler, steps: 4, eta: 1, streams: new RandomStreams(0) };
        const images = await model.model.sample(request);
        assert.equal(images.shape, [2, 2 * SIZE, 2 * SIZE, CHANNELS]);
        images.dispose();
      }
      assert.is(tf.memory().numTensors, before);
    }
  });

  test('samples under the conditions of examples, each in what it takes', async () => {
    const shown: { channels: number; context: number[] }[] = [];
    const watch = ({ x, context }: NetworkInputs): void => {
      shown.push({ channels: x.shape[3], context: [...(context?.dataSync() ?? [])] });
    };
    const concat = made(new Identity(), { cond_stage_key: 'segmentation' }, new Network({ inChannels: 7 }));
    assert.equal(concat.model.conditionedBy, { key: 'segmentation', image: [SIZE, SIZE, 5] });
    const encoded = made('first-stage', {}, new Network({ inChannels: 2 * CHANNELS }));
    assert.equal(encoded.model.conditionedBy, { key: 'image', image: [2 * SIZE, 2 * SIZE, CHANNELS] });
    const captions = { cond_stage_key: 'caption', conditioning_key: 'crossattn' } as const;
    const texts = made(Object.assign(new Lengths(), { takesTexts: true }), captions);
    assert.equal(texts.model.conditionedBy, { key: 'caption', image: undefined });
    assert.is(made('unconditional').model.conditionedBy, undefined);
    const examples = {
      ...batch(),
      segmentation: new RandomStreams(3).get('map').normal([2, SIZE, SIZE, 5]),
      caption: ['a', 'four'],
    };
    for (const [{ model, network }, channels, pictures] of [
      [concat, 7, [2, SIZE, SIZE, 3]],
      [encoded, 2 * CHANNELS, [2, 2 * SIZE, 2 * SIZE, CHANNELS]],
      [texts, CHANNELS, [2, 2 * SIZE, 2 * SIZE, 3]],
    ] as const) {
      model.eval();
      const before = tf.memory().numTensors;
      network.watch = watch;
      const request = { count: 2, sampler: 'ddim', steps: 1, eta: 0, conditions: examples } as const;
      const images = await model.sample({ ...request, streams: new RandomStreams(0) });
      assert.equal(images.shape, [2, 2 * SIZE, 2 * SIZE, CHANNELS]);
      assert.is(shown.at(-1)?.channels, channels);
      const picture = model.pictureConditions(examples, new RandomStreams(0));
      assert.equal(picture?.shape, pictures);
      tf.dispose([images, picture!]);
      network.calls.splice(0);
      assert.is(tf.memory().numTensors, before, 'the examples are still there, and nothing else');
    }
    assert.equal(shown.at(-1)?.context, [1, 0, 0, 4, 0, 0]);
  });

  test('guidance weighs a class against the label of none, a text against the empty one', async () => {
    const dropouts = { ucg_training: { class_label: { p: 0.5, val: 4 } } };
    const classes = made(classEmbedder(), { concat_mode: false, ...dropouts });
    assert.is(classes.model.numClasses, 4);
    const texts = made(Object.assign(new Lengths(), { takesTexts: true }), { concat_mode: false });
    for (const [all, asked] of [
      [classes, { labels: [1, 2] }],
      [texts, { texts: ['a cat', 'cats'] }],
    ] as const) {
      const { model, network } = all;
      model.eval();
      const before = tf.memory().numTensors;
      const shown: number[][] = [];
      network.watch = ({ context }) => shown.push([...(context?.dataSync() ?? [])]);
      const request = { ...asked, count: 2, sampler: 'ddim', steps: 2, eta: 0 } as const;
      const draw = async (guidanceScale: number): Promise<number[]> => {
        const images = await model.sample({ ...request, guidanceScale, streams: new RandomStreams(0) });
        const values = [...images.dataSync()];
        images.dispose();
        network.calls.splice(0);
        return values;
      };
      const plain = await draw(1);
      const [conditional = []] = shown.splice(0);
      const none = await draw(0);
      const [both = []] = shown.splice(0);
      const twice = await draw(2);
      // One call for both: first without, then with the condition.
      assert.is(both.length, 2 * conditional.length);
      assert.equal(both.slice(conditional.length), conditional);
      assert.not.equal(both.slice(0, conditional.length), conditional);
      // The network is affine in its context, and so are the images: the scale goes along a line.
      for (const [i, value] of twice.entries()) {
        const expected = 2 * (plain[i] ?? NaN) - (none[i] ?? NaN);
        assert.ok(Math.abs(value - expected) < 1e-4 * Math.max(1, Math.abs(expected)), `${value} ${expected}`);
      }
      assert.is(tf.memory().numTensors, before);
    }
    const shown = await classes.model.logImages(batch(), {
      ...{ maxImages: 2, ddim_steps: 2, plot_progressive_rows: false, inpaint: false, unconditional_guidance_scale: 2 },
      ...{ plot_diffusion_rows: false, quantize_denoised: false },
    });
    assert.equal(Object.keys(shown), ['inputs', 'reconstruction', 'conditioning', 'samples', 'samples_cfg_scale_2.00']);
    assert.not.equal(shown['samples_cfg_scale_2.00']?.images.dataSync(), shown.samples?.images.dataSync());
    tf.dispose(Object.values(shown).map(({ images }) => images));
    await rejects(
      made(classEmbedder(), { concat_mode: false }).model.sample({
        ...{ count: 1, labels: [0], sampler: 'ddim', steps: 2, eta: 0, streams: new RandomStreams(0) },
        guidanceScale: 2,
      }),
      /ucg_training: guidance takes a model that has also learned to do without/,
    );
  });

  test('conditions are left out of training steps, never of validations', async () => {
    const all = made(classEmbedder(), { concat_mode: false, ucg_training: { class_label: { p: 1, val: 4 } } });
    const { network, model } = all;
    const seen: number[][] = [];
    network.watch = ({ context }) => seen.push([...(context?.dataSync() ?? [])]);
    const given = batch();
    step(all, given);
    model.onValidationStart();
    await model.validationStep(given);
    network.calls.splice(0);
    const [[...trained] = [], validated = []] = seen;
    assert.equal(trained.slice(0, 3), trained.slice(3));
    assert.not.equal(validated.slice(0, 3), validated.slice(3));
  });

  test('begins with an image, by its strength, and paints around what is given of one', async () => {
    const { model, network } = made('unconditional');
    model.eval();
    const before = tf.memory().numTensors;
    const image = new RandomStreams(3).get('image').normal([1, 2 * SIZE, 2 * SIZE, CHANNELS]) as tf.Tensor4D;
    const steps: number[] = [];
    const common = { count: 2, sampler: 'ddim', steps: 5, eta: 0, streams: new RandomStreams(0) } as const;
    const changed = await model.sample({
      ...{ ...common, init: { image, strength: 0.4 } },
      onStep: (step, of) => {
        steps.push(step, of);
      },
    });
    assert.equal(steps, [1, 2, 2, 2]);
    assert.equal(changed.shape, [2, 2 * SIZE, 2 * SIZE, CHANNELS]);
    const mask = tf.ones<tf.Rank.R4>([1, 2 * SIZE, 2 * SIZE, 1]);
    const painted = await model.sample({ ...common, known: { x0: image, mask } });
    assert.equal(painted.shape, changed.shape);
    assert.equal(model.imageShape, [2 * SIZE, 2 * SIZE, CHANNELS]);
    network.calls.splice(0);
    tf.dispose([image, mask, changed, painted]);
    assert.is(tf.memory().numTensors, before);
  });

  test('cache_latents: a second epoch encodes nothing, and trains on the same numbers', async () => {
    const given = batch();
    const folder = temporaryFolder();
    const losses = (options: LatentDiffusionOptions): { losses: number[]; all: Made } => {
      const all = made(
        'first-stage',
        { conditioning_key: 'concat', cond_stage_key: 'image', ...options },
        new Network({ inChannels: 2 * CHANNELS }),
      );
      const found = [0, 1].map((index) => {
        all.model.onTrainBatchStart(given, index);
        step(all, given);
        all.network.calls.splice(0);
        return all.logged['train/loss'] ?? NaN;
      });
      all.model.onTrainBatchEnd();
      return { losses: found, all };
    };
    const plain = losses({});
    assert.is(plain.all.logged.latents_from_cache, undefined);
    const cached = losses({ cache_latents: folder });
    assert.equal(cached.losses, plain.losses);
    assert.is(cached.all.logged.latents_from_cache, 1);
    await cached.all.model.onFitEnd();
    // Another training with the same weights.
    const again = losses({ cache_latents: folder });
    assert.equal(again.losses, plain.losses);
    assert.is(plain.all.firstStage.encoded, 4 * 2);
    assert.is(cached.all.firstStage.encoded, 2);
    assert.is(again.all.firstStage.encoded, 0);
  });

  test('images for the log, under the conditions of the batch', async () => {
    const { model, network } = made(classEmbedder(), { concat_mode: false });
    model.eval();
    const given = batch(3);
    const before = tf.memory().numTensors;
    const grids = await model.logImages(given, { maxImages: 2, plot_denoise_rows: true });
    const images = [2 * SIZE, 2 * SIZE, CHANNELS];
    assert.equal(
      Object.entries(grids).map(([name, grid]) => [name, grid.images.shape, grid.columns]),
      [
        ['inputs', [2, ...images], 2],
        ['reconstruction', [2, ...images], 2],
        ['conditioning', [2, 2 * SIZE, 2 * SIZE, 3], 2],
        // Timesteps 0, 4, 8 and the last.
        ['diffusion_row', [8, ...images], 4],
        ['samples', [2, ...images], 2],
        // Noise, after step 1, and with 8, 4 and 0 steps to go of 10.
        ['denoise_row', [2 * 5, ...images], 5],
        ['samples_inpainting', [2, ...images], 2],
        ['mask', [2, SIZE, SIZE, 1], 2],
        ['samples_outpainting', [2, ...images], 2],
        ['progressive_row', [8, ...images], 4],
      ],
    );
    // Three samples and the progressive row, of ten steps each.
    assert.is(network.calls.length, 40);
    assert.equal(
      [...tf.slice(grids.mask!.images, 0, 1).dataSync()],
      [...[1, 1, 1, 1], ...[1, -1, -1, 1], ...[1, -1, -1, 1], ...[1, 1, 1, 1]],
    );
    tf.dispose(Object.values(grids).map(({ images }) => images));
    network.calls.splice(0);

    const off = { sample: false, plot_progressive_rows: false, plot_diffusion_rows: false };
    assert.equal(await shown(model, given, off), ['inputs', 'reconstruction', 'conditioning']);
    assert.equal(await shown(model, given, { only_inputs: true }), ['inputs']);
    assert.equal(await shown(model, given, { return_keys: ['mask'] }), ['mask']);
    assert.equal(await shown(model, given, { ...off, sample: true, inpaint: false }), [
      ...['inputs', 'reconstruction', 'conditioning', 'samples'],
    ]);
    assert.is(tf.memory().numTensors, before + 1, 'but the slice above');
  });

  test('samples that are quantized at each step, of a first stage with a codebook', async () => {
    const { model, firstStage } = made('unconditional');
    let calls = 0;
    firstStage.quantize = {
      forward: (z) => {
        calls++;
        return { quant: tf.zerosLike(z) };
      },
      getCodebookEntry: (indices) => indices,
    };
    const options = { plot_progressive_rows: false, inpaint: false, ddim_steps: 5 };
    assert.ok((await shown(model, batch(), options)).includes('samples_x0_quantized'));
    assert.is(calls, 5);
    assert.not(
      (await shown(model, batch(), { ...options, quantize_denoised: false })).includes('samples_x0_quantized'),
    );
  });

  test('conditions that are texts, images or maps', async () => {
    const off = { sample: false, plot_progressive_rows: false, plot_diffusion_rows: false };
    const texts = made(new Lengths(), { cond_stage_key: 'caption', conditioning_key: 'crossattn' });
    const captioned = { ...batch(), caption: ['a cat', 'two cats'] };
    assert.ok((await shown(texts.model, captioned, off)).includes('conditioning'));
    const map = made(new Identity(), { cond_stage_key: 'segmentation' }, new Network({ inChannels: 7 }));
    const { original_conditioning: rgb, conditioning } = await map.model.logImages(
      { ...batch(), segmentation: new RandomStreams(3).get('map').normal([2, SIZE, SIZE, 5]) },
      { maxImages: 2, ...off },
    );
    assert.is(conditioning, undefined);
    assert.equal(rgb?.images.shape, [2, SIZE, SIZE, 3]);
    const values = rgb!.images.dataSync();
    assertClose([Math.min(...values), Math.max(...values)], [-1, 1], 1e-6, 'range');
    const decoding = made('first-stage', {}, new Network({ inChannels: 2 * CHANNELS }));
    const decoded = await decoding.model.logImages(batch(), { maxImages: 1, ...off });
    assert.equal(decoded.conditioning?.images.shape, [1, 2 * SIZE, 2 * SIZE, CHANNELS]);
  });

  test('a noised condition is noised at each step of the progressive row', async () => {
    const options = { cond_stage_key: 'segmentation', num_timesteps_cond: 2 };
    const { model, network } = made(new Identity(), options, new Network({ inChannels: 3 }));
    const seen = new Set<number>();
    network.watch = ({ x }) => seen.add(x.dataSync()[CHANNELS]!);
    await shown(model, batch(), { sample: false });
    assert.is(seen.size, 10);
  });
});

/** The names of what is shown. */
async function shown(
  model: LatentDiffusion,
  given: TensorBatch,
  options: Partial<LogImagesOptions>,
): Promise<string[]> {
  const grids = await model.logImages(given, { maxImages: 2, ...options });
  tf.dispose(Object.values(grids).map(({ images }) => images));
  return Object.keys(grids);
}

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error);
  assert.match(error.message, message);
}
