import { nodeAt, type ConfigTree, type Path } from '../../config/index.js';
import type { MetaBackend } from '../../engine/meta/index.js';
import type { Module } from '../../nn/index.js';
import { LitEma } from '../../optim/index.js';
import { scaledLearningRate } from '../../train/learning-rate.js';
import { LightningModule } from '../../train/lightning-module.js';
import { sum, type InspectedComponent } from './components.js';
import { BYTES_PER_VALUE, parametersOf, weightBytes } from './describe.js';

/** What training holds at the same time, in bytes: an estimate from shapes, all of it in float32. */
export interface TrainingMemory {
  /** Buffers, but the average of the weights, among them. */
  readonly weights: number;
  readonly gradients: number;
  /** The moments of the optimizers. */
  readonly optimizer: number;
  /** The average of the weights. */
  readonly ema: number;
  /** Of the whole batch: what is kept of the example calls of the parts that are trained. */
  readonly activations: number;
  readonly total: number;
  /** 1 where the config has no data. */
  readonly batchSize: number;
}

/** What a config means for training, beyond the size of its parts. */
export interface TrainingFacts {
  readonly memory?: TrainingMemory;
  /** Absent where the config has no data or no base rate. */
  readonly rate?: ReturnType<typeof scaledLearningRate>;
}

/**
 * @param scale whether the learning rate is, as `--scale_lr` says
 * @returns nothing for a component that does not train itself
 */
export function trainingFacts(
  root: InspectedComponent,
  { meta, tree, scale }: { meta: MetaBackend; tree: ConfigTree; scale: boolean },
): TrainingFacts {
  const { module } = root;
  if (!(module instanceof LightningModule)) return {};
  const batchSize = numberAt(tree, ['data', 'params', 'batch_size']);
  const baseLearningRate = numberAt(tree, ['model', 'base_learning_rate']);
  const accumulateGradBatches = numberAt(tree, ['lightning', 'trainer', 'accumulate_grad_batches']) ?? 1;
  const memory = trainingMemory(module, root, meta, batchSize ?? 1);
  if (batchSize === undefined || baseLearningRate === undefined) return { memory };
  return {
    memory,
    rate: scaledLearningRate({ baseLearningRate, batchSize, accumulateGradBatches, devices: 1, scale }),
  };
}

function trainingMemory(
  module: LightningModule,
  root: InspectedComponent,
  meta: MetaBackend,
  batchSize: number,
): TrainingMemory {
  const averages = [...module.namedModules()].flatMap(([, part]) => (part instanceof LitEma ? [part] : []));
  const ema = sum(averages.map(weightBytes));
  const parts = {
    weights: weightBytes(module) - ema,
    gradients: trainableBytes(module),
    optimizer: optimizerBytes(module, meta),
    ema,
    activations: batchSize * keptBytes(root),
  };
  return { ...parts, total: sum(Object.values(parts)), batchSize };
}

/** Built on the backend without numbers, an optimizer says itself what it keeps. */
function optimizerBytes(module: LightningModule, meta: MetaBackend): number {
  const live = (): number => sum(meta.liveBytes().values());
  const before = live();
  const optimizers = module.configureOptimizers();
  const bytes = live() - before;
  for (const { optimizer } of optimizers) optimizer.dispose();
  return bytes;
}

/** What is kept of the calls of those outermost components that say how they are called, where there is something to train. */
function keptBytes({ module, cost, parts }: InspectedComponent): number {
  if (!module || !cost) return sum(parts.map(keptBytes));
  return trainableBytes(module) > 0 ? sum(cost.activationBytes.values()) : 0;
}

function trainableBytes(module: Module): number {
  const trained = parametersOf(module).filter(({ trainable }) => trainable);
  return sum(trained.map(({ size }) => size)) * BYTES_PER_VALUE;
}

/** Of the rest of an experiment only these numbers are looked at: what is wrong with it, others say. */
function numberAt({ root }: ConfigTree, path: Path): number | undefined {
  const node = nodeAt(root, path);
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}
