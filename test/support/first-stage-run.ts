import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { registry } from '../../registry/index.js';
import { instantiateFromConfig } from '../../src/config/index.js';
import type { HostTensor } from '../../src/io/host-tensor.js';
import { inMemory } from '../../src/io/tensor-source.js';
import type { Module, StateDict } from '../../src/nn/index.js';
import { RandomStreams } from '../../src/random/index.js';
import { writeCheckpoint } from '../../src/train/checkpoint-file.js';
import { kept } from './write-run.js';

/** A first stage as a config has it, with weights by this seed. */
export async function firstStage(target: string, params: object, seed: number): Promise<Module> {
  const lossconfig = { target: 'torch.nn.Identity' };
  const module = await instantiateFromConfig<Module>({ target, params: { lossconfig, ...params } }, registry);
  return module.initialize(new RandomStreams(seed));
}

/** The weights that a training with a loss of this kind leaves beside those of the first stage. */
const ofTheLoss = new Map<string, HostTensor>([
  ['loss.logvar', { dtype: 'F32', shape: [], data: Float32Array.of(0.5) }],
  ['loss.discriminator.main.0.weight', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
]);

/** Writes what a run's ModelCheckpoint does, where these weights are those of a first stage that is trained. */
export function writeTrained(
  path: string,
  weights: StateDict,
  best: readonly [file: string, score: number][] = [],
): void {
  mkdirSync(dirname(path), { recursive: true });
  writeCheckpoint(path, {
    progress: {
      epoch: 1,
      globalStep: 40,
      batchInEpoch: 0,
      seed: 23,
      streams: new RandomStreams(23).state,
      metrics: {},
      callbacks: { modelcheckpoint: kept(...best) },
    },
    weights: inMemory(new Map([...weights, ...ofTheLoss])),
    optimizers: [],
    config: 'model: {target: AutoencoderKL}\n',
  });
}

/** A run of a first stage: in its best checkpoint other weights than in its last. Returns the folder of checkpoints. */
export function writeFirstStageRun(run: string, { best, last }: { best: StateDict; last: StateDict }): string {
  const folder = join(run, 'checkpoints');
  const file = 'epoch=000001.ckpt';
  writeTrained(join(folder, file), best, [[file, 0.25]]);
  writeTrained(join(folder, 'last.ckpt'), last, [[file, 0.25]]);
  return folder;
}
