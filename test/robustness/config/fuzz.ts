import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../../registry/index.js';
import { modelOrExperimentOf } from '../../../src/cli/experiment.js';
import { loadExperimentTree } from '../../../src/config/index.js';
import { ConfigError } from '../../../src/errors.js';
import { lightningTrainerParams } from '../../../src/train/lightning-options.js';
import { repository } from '../../support/command.js';
import { choicesFrom } from '../../support/random.js';
import { unknownKeys } from './known-keys.js';
import { mutate, type Candidate } from './mutate.js';

/** More processor time for one config than this is a hang, whatever else the machine does. */
const HANG_SECONDS = 1;

export interface Fuzzed {
  /** How many configs were valid, and refused. */
  readonly valid: number;
  readonly refused: number;
  /** The longest that one took, in seconds of processor time. */
  readonly slowest: number;
  /** What must not be: each with the config that did it. */
  readonly faults: readonly string[];
}

/** Tries mutated configs, each a function of the seed and its number. */
export function fuzzConfigs({ seed, cases }: { seed: number; cases: number }): Fuzzed {
  const texts = corpus();
  const overrides = OVERRIDES;
  const faults: string[] = [];
  const counts = { valid: 0, refused: 0 };
  let slowest = 0;
  for (let i = 0; i < cases; i++) {
    const candidate = mutate(texts, overrides, choicesFrom(seed * 1_000_003 + i));
    const begun = process.cpuUsage();
    const { outcome, fault } = attempt(candidate);
    const { user } = process.cpuUsage(begun);
    counts[outcome] += 1;
    // The first compiles schemas.
    if (i > 0) slowest = Math.max(slowest, user / 1e6);
    const slow = i > 0 && user / 1e6 > HANG_SECONDS ? `took ${user / 1e6} s` : undefined;
    for (const what of [fault, slow]) if (what !== undefined) faults.push(`case ${i}: ${what}\n${describe(candidate)}`);
  }
  return { ...counts, slowest, faults };
}

function attempt({ texts, overrides }: Candidate): { outcome: 'valid' | 'refused'; fault?: string } {
  try {
    const configs = texts.map((text, i) => ({ name: `${i}.yaml`, text }));
    const { model, data, trainer, callbacks } = modelOrExperimentOf({
      tree: loadExperimentTree(configs, overrides),
      registry,
    });
    const unknown = unknownKeys({ model, data, trainer, callbacks }, SCHEMA, registry);
    return {
      outcome: 'valid',
      ...(unknown.length > 0 && { fault: `unknown keys got through: ${unknown.join('; ')}` }),
    };
  } catch (error) {
    if (!(error instanceof ConfigError))
      return { outcome: 'refused', fault: `threw ${String((error as Error).stack)}` };
    const unplaced = error.problems.find(({ problem, where, path }) => !problem || (where ?? path) === undefined);
    return { outcome: 'refused', ...(unplaced && { fault: `a problem without a place: ${JSON.stringify(unplaced)}` }) };
  }
}

/** Of an experiment, written apart from the program's. */
const SCHEMA = {
  additionalProperties: false,
  properties: {
    model: { component: 'model' },
    data: { component: 'data-module' },
    trainer: lightningTrainerParams,
    callbacks: { additionalProperties: { component: 'callback' } },
  },
};

const OVERRIDES = [
  'model.params.timesteps=10',
  'model.params.unet_config.params.channel_mult=[1,2]',
  'model.params.unet_config.params.channel_mult.0=2',
  'model.params.unet_config.target=BasicUNet',
  'model.base_learning_rate=1e-4',
  'data.params.batch_size=4',
  'data.params.train.params.size=64',
  'lightning.trainer.max_steps=10',
  'lightning.callbacks.image_logger.params.max_images=1',
  '+model.params.monitor=val/loss',
  '~data.params.validation',
  '~lightning',
];

/** Shipped and published configs. */
function corpus(): string[] {
  return ['configs', 'test/fixtures/compvis-configs', 'test/fixtures/configs'].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .sort()
      .map((file) => readFileSync(join(repository, folder, file), 'utf8')),
  );
}

function describe({ texts, overrides }: Candidate): string {
  return [...texts.map((text) => JSON.stringify(text)), ...overrides.map((text) => JSON.stringify(text))].join('\n');
}
