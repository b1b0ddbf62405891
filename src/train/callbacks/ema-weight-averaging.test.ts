import * as tf from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { heldCheckpoint } from '../../../test/support/held-checkpoint.js';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { fit, Regression } from '../../../test/support/tiny-fit.js';
import { selectEngine } from '../../engine/index.js';
import { inMemory, readAll, type TensorSource } from '../../io/tensor-source.js';
import { readWeights } from '../../io/weights-file.js';
import type { Module } from '../../nn/index.js';
import { LitEma } from '../../optim/index.js';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../checkpoint-file.js';
import type { TrainerParamsInput } from '../trainer.params.js';
import type { Callback } from './callback.js';
import { EMAWeightAveraging } from './ema-weight-averaging.js';
import { ImageLogger } from './image-logger.js';

const WEIGHT = 'line.weight';

const weightOf = (module: Module): number => Number(module.stateDict().get(WEIGHT)?.data[0]);

type Options = ConstructorParameters<typeof EMAWeightAveraging>[0];

/** A fit with an average, and what of the weight is seen: after each step, and in each validation. */
async function averaged(options: Options, params: TrainerParamsInput, given: Parameters<typeof fit>[1] = {}) {
  const steps: number[] = [];
  const validations: [step: number, weight: number][] = [];
  const watch: Callback = {
    onStepEnd: (_trainer, module) => void steps.push(weightOf(module)),
    onValidationBatchEnd: ({ globalStep }, module, { batchIndex }) => {
      if (batchIndex === 0) validations.push([globalStep, weightOf(module)]);
    },
  };
  const callbacks = { watch, 'e.ma': new EMAWeightAveraging(options), ...given.callbacks };
  return { ...(await fit(params, { ...given, callbacks })), steps, validations };
}

/** In the arithmetic of the weights. */
const near = (found: number | undefined, expected: number): void => {
  assert.ok(Math.abs((found ?? NaN) - expected) < 1e-6, `${found} is ${expected}`);
};

for (const engine of ['cpu', 'torch'] as const) {
  const test = suite(`EMAWeightAveraging (${engine})`);

  test.before(async () => {
    await selectEngine(engine);
  });

  test('begins with the weights after the first step, then moves by the decay; training is as without', async () => {
    const plain: number[] = [];
    const watch: Callback = { onStepEnd: (_trainer, module) => void plain.push(weightOf(module)) };
    const params = { max_steps: 3, val_check_interval: 1 };
    await fit(params, { callbacks: { watch } });
    const { steps, validations, module } = await averaged({ decay: 0.75 }, params);
    assert.equal(steps, plain);
    const [first = NaN, second = NaN, third = NaN] = steps;
    const afterSecond = 0.75 * first + 0.25 * second;
    const afterThird = 0.75 * afterSecond + 0.25 * third;
    assert.equal(
      validations.map(([step]) => step),
      [1, 2, 3],
    );
    near(validations[0]?.[1], first);
    near(validations[1]?.[1], afterSecond);
    near(validations[2]?.[1], afterThird);
    near(weightOf(module), afterThird);
  });

  test('leaves no tensor behind, also after an error in a validation', async () => {
    const failing: Callback = {
      onValidationBatchEnd: ({ globalStep }) => {
        if (globalStep === 2) throw new Error('test');
      },
    };
    const leftBy = async (callbacks: Record<string, Callback>): Promise<number> => {
      const module = new Regression();
      const before = tf.memory().numTensors;
      await fit({ max_steps: 3, val_check_interval: 1 }, { module, callbacks }).catch((error: unknown) => {
        assert.match(String(error), 'test');
      });
      module.dispose();
      return tf.memory().numTensors - before;
    };
    const without = await leftBy({});
    assert.is(await leftBy({ ema: new EMAWeightAveraging() }), without);
    assert.is(await leftBy({ ema: new EMAWeightAveraging(), failing }), await leftBy({ failing }));
  });

  for (const stopAt of [1, 2, 3, 4]) {
    test(`stopped after step ${stopAt} and gone on from the file, all is as in one run`, async () => {
      const path = join(temporaryFolder(), 'last.ckpt');
      const options = { decay: 0.9, use_warmup: true, update_every_n_steps: 2, update_starting_at_epoch: 1 };
      const params = { max_epochs: 3, val_check_interval: 2 };
      const saveAndStop: Callback = {
        onTrainBatchEnd: (trainer) => {
          if (trainer.globalStep !== stopAt) return;
          trainer.requests.stop('test');
          writeCheckpoint(path, trainer.checkpoint());
        },
      };
      const whole = await averaged(options, params);
      const first = await averaged(options, params, { callbacks: { saveAndStop } });
      const second = await averaged(options, params, { resume: readCheckpoint(path) });
      assert.equal([...first.steps, ...second.steps], whole.steps);
      assert.equal([...first.validations, ...second.validations], whole.validations);
      assert.equal([...first.logger.scalars, ...second.logger.scalars], whole.logger.scalars);
      assert.equal(second.module.stateDict(), whole.module.stateDict());
    });
  }

  test.run();
}

const test = suite('EMAWeightAveraging');

test.before(async () => {
  await selectEngine('cpu');
});

test('a checkpoint has the averages for weights, also in a file and made in a validation; the own ones beside', async () => {
  const saved: Checkpoint[] = [];
  const saving: Callback = {
    onValidationBatchEnd: (trainer) => void saved.push(heldCheckpoint(trainer.checkpoint())),
    onFitEnd: (trainer) => void saved.push(heldCheckpoint(trainer.checkpoint())),
  };
  const { steps, module } = await averaged({ decay: 0.5 }, { max_epochs: 1 }, { callbacks: { saving } });
  const [within, , last] = saved as [Checkpoint, Checkpoint, Checkpoint];
  const weightsIn = (of: Checkpoint) => readAll(of.weights);
  const ownIn = ({ callbackTensors }: Checkpoint) => readAll(callbackTensors?.get('e.ma') as TensorSource);
  assert.is(weightOf(module), last.weights.read(WEIGHT).data[0]);
  assert.is(last.callbackTensors?.get('e.ma')?.read(WEIGHT).data[0], steps.at(-1));
  assert.equal(weightsIn(within), weightsIn(last));
  assert.equal(ownIn(within), ownIn(last));

  const path = join(temporaryFolder(), 'last.ckpt');
  writeCheckpoint(path, last);
  assert.equal(ownIn(readCheckpoint(path)), ownIn(last));
  assert.equal([...readWeights(path).keys()], [...module.stateDict().keys()]);
});

test('before its first update there is no average', async () => {
  const options = { update_starting_at_step: 2, decay: 1 };
  const { steps, validations, module } = await averaged(options, { max_steps: 4, val_check_interval: 1 });
  assert.equal(
    validations.map(([, weight]) => weight),
    [steps[0], steps[1], steps[2], steps[2]],
  );
  assert.is(weightOf(module), steps[2]);
});

test('by epochs alone', async () => {
  const options = { update_every_n_steps: 0, update_starting_at_epoch: 1, decay: 0.5 };
  const { steps, module } = await averaged(options, { max_epochs: 3, limit_val_batches: 0 });
  near(weightOf(module), ((steps[5] ?? NaN) + (steps[8] ?? NaN)) / 2);
});

test('images are drawn by the averages, and the test after a fit', async () => {
  const seen: number[] = [];
  const module = new Regression();
  const draw = module.logImages.bind(module);
  module.logImages = (batch, options) => {
    seen.push(weightOf(module));
    return draw(batch, options);
  };
  const images = new ImageLogger({ batch_frequency: 1 });
  const { steps, validations, trainer, data } = await averaged(
    { decay: 1 },
    { max_epochs: 1 },
    { module, callbacks: { images } },
  );
  assert.equal(
    validations.map(([, weight]) => weight),
    [steps[0]],
  );
  assert.equal(new Set(seen), new Set([steps[0]]));
  await trainer.test({ module, data });
  assert.is(weightOf(module), steps[0]);
});

test('a run without an average may be gone on with by one, and the other way round', async () => {
  let saved: Checkpoint | undefined;
  const saving: Callback = { onFitEnd: (trainer) => void (saved = heldCheckpoint(trainer.checkpoint())) };
  await fit({ max_steps: 2 }, { callbacks: { saving } });
  const resumed = await averaged(
    { decay: 1 },
    { max_steps: 4 },
    { resume: saved as unknown as Checkpoint, callbacks: { saving } },
  );
  assert.is(weightOf(resumed.module), resumed.steps[0]);
  const { trainer } = await fit({ max_steps: 5 }, { resume: saved as unknown as Checkpoint });
  assert.is(trainer.globalStep, 5);
});

test('a model that keeps an average itself is refused', async () => {
  class Averaged extends Regression {
    readonly ema = this.child('model_ema', new LitEma(this));
  }
  try {
    await averaged({}, { max_steps: 1 }, { module: new Averaged() });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /EMAWeightAveraging beside model_ema of the model/);
  }
});

test('a checkpoint of other weights is refused', async () => {
  let saved: Checkpoint | undefined;
  const saving: Callback = { onFitEnd: (trainer) => void (saved = heldCheckpoint(trainer.checkpoint())) };
  await averaged({}, { max_steps: 1 }, { callbacks: { saving } });
  const checkpoint = saved as unknown as Checkpoint;
  const others = new Map([
    ['e.ma', inMemory(new Map([['line.slope', { dtype: 'F32', shape: [1], data: new Float32Array(1) }]]))],
  ]);
  try {
    await averaged({}, { max_steps: 2 }, { resume: { ...checkpoint, callbackTensors: others } });
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), /other weights: line.weight, line.bias, line.slope/);
  }
});

test.run();
