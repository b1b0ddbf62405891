import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fit } from '../../test/support/tiny-fit.js';
import { selectEngine } from '../engine/index.js';
import type { Callback } from './callbacks/callback.js';
import type { LogOptions } from './metrics.js';

const test = suite("Lightning's rules of logging");

test.before(async () => {
  await selectEngine('cpu');
});

/** Logs 1, 2, 3 … in the training's steps, or in the validation's. */
function logging(stage: 'train' | 'validation', options: LogOptions): Callback {
  let value = 0;
  return stage === 'train'
    ? {
        onTrainBatchStart: (_trainer, module) => {
          module.trainer.log('a', ++value, options);
        },
      }
    : {
        onValidationBatchEnd: (_trainer, module) => {
          module.trainer.log('a', ++value, options);
        },
      };
}

/** All logged under names that begin with `a`, in an epoch of three batches of two, two and one and two of a validation. */
async function logged(stage: 'train' | 'validation', options: LogOptions): Promise<[number, string, number][]> {
  const { logger } = await fit({ max_epochs: 1 }, { callbacks: { logging: logging(stage, options) } });
  return logger.scalars.flatMap(([step, scalars]) =>
    Object.entries(scalars)
      .filter(([name]) => /^a(?:_|$)/.test(name))
      .map(([name, value]): [number, string, number] => [step, name, value]),
  );
}

test('in training each step by default', async () => {
  assert.equal(await logged('train', {}), [
    [1, 'a', 1],
    [2, 'a', 2],
    [3, 'a', 3],
  ]);
});

test('the epoch alone keeps the name; its mean is weighted by batch size', async () => {
  assert.equal(await logged('train', { onStep: false, onEpoch: true }), [[3, 'a', (1 * 2 + 2 * 2 + 3) / 5]]);
});

test('both get a suffix', async () => {
  assert.equal(await logged('train', { onEpoch: true }), [
    [1, 'a_step', 1],
    [2, 'a_step', 2],
    [3, 'a_step', 3],
    [3, 'a_epoch', 1.8],
  ]);
});

test('neither, or no logger, is nothing', async () => {
  assert.equal(await logged('train', { onStep: false }), []);
  assert.equal(await logged('train', { onEpoch: true, logger: false }), []);
});

test('in a validation the mean by default; each batch where it is asked for', async () => {
  assert.equal(await logged('validation', {}), [[3, 'a', (1 * 2 + 2 * 1) / 3]]);
  assert.equal(await logged('validation', { onStep: true }), [
    [3, 'a_step', 1],
    [3, 'a_step', 2],
    [3, 'a_epoch', 4 / 3],
  ]);
});

test('the progress line keeps the newest of each value, of steps, epochs and validations', async () => {
  const shown: string[][] = [];
  const watch: Callback = {
    onTrainBatchEnd: (_trainer, _module, { metrics }) => {
      shown.push(Object.entries(metrics.progBar).map(([name, value]) => `${name} ${value.toFixed(1)}`));
    },
    onValidationBatchEnd: (_trainer, module) => {
      module.trainer.log('val', 7, { progBar: true, logger: false });
    },
  };
  const callbacks = { logging: logging('train', { onEpoch: true, progBar: true }), watch };
  await fit({ max_steps: 4 }, { callbacks });
  assert.equal(shown, [['a_step 1.0'], ['a_step 2.0'], ['a_step 3.0'], ['a_step 4.0', 'val 7.0', 'a_epoch 1.8']]);
});

test("a monitor may name the epoch's mean with its suffix or without", async () => {
  const { trainer } = await fit({ max_epochs: 1 }, { callbacks: { logging: logging('train', { onEpoch: true }) } });
  const { a, a_epoch: mean, a_step: step } = trainer.latestMetrics;
  assert.equal([a, mean, step], [1.8, 1.8, 3]);
});

test.run();
