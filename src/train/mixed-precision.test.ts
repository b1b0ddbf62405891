import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { tinyConfig } from '../../test/support/command.js';
import { heldCheckpoint } from '../../test/support/held-checkpoint.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { experimentOf } from '../cli/experiment.js';
import { loadConfig } from '../cli/load-config.js';
import { instantiateFromConfig } from '../config/index.js';
import type { DataModule } from '../data/data-module.js';
import { loadAddon } from '../engine/addon/index.js';
import { selectEngine, type Precision } from '../engine/index.js';
import { isTorchBuilt, runSuites, torchSuite } from '../engine/testing.js';
import { runFolder } from '../io/run-folder.js';
import { readAll } from '../io/tensor-source.js';
import { CompositeLogger } from '../logging/composite-logger.js';
import type { Callback } from './callbacks/callback.js';
import type { Checkpoint } from './checkpoint-file.js';
import type { LightningModule } from './lightning-module.js';
import { Trainer } from './trainer.js';

const test = await torchSuite('training in bf16-mixed');
const isSupported = isTorchBuilt() && loadAddon().bfloat16() !== 'none';
const { model, data } = experimentOf(await loadConfig([tinyConfig]));

interface Fit {
  readonly losses: readonly number[];
  /** Of all native tensors that live between two steps: weights, their average, the optimizer's state, the batch. */
  readonly bytes: readonly number[];
  readonly checkpoint: Checkpoint;
}

async function fit(precision: Precision, maxSteps: number, resume?: Checkpoint): Promise<Fit> {
  await selectEngine('torch', { precision });
  const losses: number[] = [];
  const bytes: number[] = [];
  const checkpoints: Checkpoint[] = [];
  const before = loadAddon().memory().bytes;
  const watch: Callback = {
    onTrainBatchEnd: (_trainer, _module, { metrics }) => {
      losses.push(metrics.logger['train/loss_step'] ?? NaN);
      bytes.push(loadAddon().memory().bytes - before);
    },
    onFitEnd: (trainer) => {
      checkpoints.push(heldCheckpoint(trainer.checkpoint()));
    },
  };
  const module = await instantiateFromConfig<LightningModule>(model, registry);
  module.learningRate = 1e-3;
  try {
    const trainer = new Trainer({
      params: { max_steps: maxSteps, limit_val_batches: 0 },
      logger: new CompositeLogger([]),
      run: runFolder(temporaryFolder()),
      callbacks: { watch },
      seed: 23,
      config: '',
    });
    const loaded = await instantiateFromConfig<DataModule>(data, registry);
    await trainer.fit({ module, data: loaded, ...(resume && { resume }) });
  } finally {
    module.dispose();
    await selectEngine('torch');
  }
  return { losses, bytes, checkpoint: checkpoints[0]! };
}

/** The largest relative difference of two lists of losses. */
function apart(found: readonly number[], expected: readonly number[]): number {
  assert.is(found.length, expected.length);
  return Math.max(...expected.map((loss, i) => Math.abs((found[i] ?? NaN) - loss) / loss));
}

test('losses are near those of float32, and what lives between steps is float32', async () => {
  if (!isSupported) return;
  const exact = await fit('32', 6);
  const mixed = await fit('bf16-mixed', 6);
  const difference = apart(mixed.losses, exact.losses);
  assert.ok(difference > 0, 'it computes in bfloat16');
  assert.ok(difference < 0.02, `losses ${mixed.losses.join(', ')} and ${exact.losses.join(', ')}`);
  assert.equal(mixed.bytes, exact.bytes);
  const { weights, optimizers } = mixed.checkpoint;
  const tensors = [...readAll(weights), ...optimizers.flatMap(({ tensors }) => [...readAll(tensors)])];
  assert.ok(tensors.length > weights.tensors.size, 'the optimizer has a state');
  for (const [name, { dtype }] of tensors) assert.ok(['F32', 'I32'].includes(dtype), `${name} is ${dtype}`);
});

test('a checkpoint of either precision goes on in the other', async () => {
  if (!isSupported) return;
  const exact = await fit('32', 6);
  for (const [first, second] of [
    ['bf16-mixed', '32'],
    ['32', 'bf16-mixed'],
  ] as const) {
    const { checkpoint } = await fit(first, 3);
    const { losses } = await fit(second, 6, checkpoint);
    const difference = apart(losses, exact.losses.slice(3));
    assert.ok(difference > 0 && difference < 0.02, `${first}, then ${second}: ${losses.join(', ')}`);
  }
});

runSuites();
