import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../../registry/index.js';
import { tinyConfig } from '../../../test/support/command.js';
import { peakBytes } from '../../../test/support/peak-bytes.js';
import { vjp } from '../../autodiff/index.js';
import { instantiateFromConfig, loadExperimentTree } from '../../config/index.js';
import { selectEngine } from '../../engine/index.js';
import { startMeta } from '../../engine/meta/index.js';
import { isTorchBuilt } from '../../engine/testing.js';
import { RandomStreams } from '../../random/index.js';
import { LightningModule } from '../../train/lightning-module.js';
import { chosenComponent } from '../component-config.js';
import { inspectComponent } from './components.js';
import { trainingFacts, type TrainingFacts } from './training.js';

const test = suite('what training takes');

async function factsOf(
  overrides: readonly string[],
  { scale = true, component = 'model' } = {},
): Promise<TrainingFacts> {
  const tree = loadExperimentTree([tinyConfig], overrides);
  const { config, path } = chosenComponent({ tree, registry }, component);
  const built = new Map<object, unknown>();
  const module = await instantiateFromConfig(config, registry, (part, made) => built.set(part, made));
  const meta = await startMeta();
  const before = tf.memory().numTensors;
  if (module instanceof LightningModule) module.initialize(new RandomStreams(0));
  const root = inspectComponent(config, { built, meta, path });
  const facts = trainingFacts(root, { meta, tree, scale });
  if (module instanceof LightningModule) module.dispose();
  assert.is(tf.memory().numTensors, before);
  return facts;
}

const parameters = 41_929;
const buffers = 12 * 20;

test('weights, gradients, two moments and the average once each; activations of the batch', async () => {
  const { memory } = await factsOf([]);
  assert.ok(memory);
  const { activations, total, ...rest } = memory;
  const bytes = 4 * parameters;
  assert.equal(rest, {
    weights: bytes + 4 * buffers,
    gradients: bytes,
    optimizer: 2 * bytes,
    ema: bytes + 8,
    batchSize: 4,
  });
  assert.is(total, 5 * bytes + 4 * buffers + 8 + activations);
  const larger = await factsOf(['data.params.batch_size=12', 'model.params.use_ema=false']);
  assert.is(larger.memory?.activations, 3 * activations);
  assert.is(larger.memory?.ema, 0);
});

test('the learning rate as ldm run has it, scaled or not', async () => {
  const { rate } = await factsOf([]);
  assert.is(rate?.learningRate, 4e-4);
  assert.is(
    rate?.formula,
    '4.00e-4 = 1 (accumulate_grad_batches) * 1 (devices) * 4 (batch_size) * 1.00e-4 (base_learning_rate)',
  );
  assert.is((await factsOf([], { scale: false })).rate?.formula, '1.00e-4 (base_learning_rate, not scaled)');
});

test('without data: the memory of one sample and no learning rate', async () => {
  const { memory, rate } = await factsOf(['~data']);
  assert.is(memory?.batchSize, 1);
  assert.is(rate, undefined);
});

test('a network does not train itself', async () => {
  assert.equal(await factsOf([], { component: 'model.params.unet_config' }), {});
});

if (isTorchBuilt()) {
  test('what a step on torch takes at most is what was estimated, and less than half as much again', async () => {
    const batchSize = 16;
    const { memory } = await factsOf([`data.params.batch_size=${batchSize}`]);
    assert.ok(memory);
    await selectEngine('torch');
    const { config } = chosenComponent({ tree: loadExperimentTree([tinyConfig]), registry }, 'model');
    const module = await instantiateFromConfig<LightningModule>(config, registry);
    module.initialize(new RandomStreams(0)).train();
    module.attach({ globalStep: 0, currentEpoch: 0, log: () => undefined });
    const batch = { image: tf.zeros([batchSize, 32, 32, 1]), class_label: tf.zeros([batchSize], 'int32') };
    const weights = module.trainableParameters().map(([, parameter]) => parameter.value);
    const taken = peakBytes(() => {
      const { values, pullback, dispose } = vjp(() => [module.trainingStep(batch, 0, 0)], weights);
      tf.dispose([...values, ...pullback([tf.scalar(1)])]);
      dispose();
    });
    const estimated = memory.gradients + memory.activations;
    const ratio = taken / estimated;
    assert.ok(ratio > 0.9 && ratio < 1.5, `${taken} bytes taken, ${estimated} estimated`);
    module.dispose();
  });
}

test.run();
