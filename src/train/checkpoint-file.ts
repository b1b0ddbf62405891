import { FileError } from '../errors.js';
import { callbackKey, isWeight, optimizerKey, RUN_CHECKPOINT_KEY } from '../io/run-checkpoint.js';
import { readSafetensorsHeader, verifiedSafetensors, writeSafetensors } from '../io/safetensors.js';
import { found, sourceBelow, sourceOf, type TensorSource } from '../io/tensor-source.js';
import type { EventBytes } from '../logging/event-files.js';
import type { OptimizerState } from '../optim/index.js';
import type { StreamsState } from '../random/index.js';
import type { MetricsState } from './metrics.js';

/** Raised whenever a reader of the old form would misread the new one: version 2 has tensors of callbacks. */
const SCHEMA_VERSION = 2;

/** Where a run stands, apart from its tensors: everything it takes to go on as if it had never stopped. */
export interface Progress {
  readonly epoch: number;
  readonly globalStep: number;
  /** Batches of the epoch already trained on. */
  readonly batchInEpoch: number;
  /** Whether the validation after the last of them, and what callbacks do after that, is still to come. */
  readonly isBatchUnended?: boolean;
  readonly seed: number;
  /** `--scale_lr`; absent in checkpoints of earlier versions. */
  readonly scaleLr?: boolean;
  /** The length of `metrics.jsonl` at the time; absent where nothing was logged, and in checkpoints of earlier versions. */
  readonly loggedBytes?: number;
  /** The length of the event files in the run's folder at the time; absent in checkpoints of earlier versions. */
  readonly eventBytes?: EventBytes;
  readonly streams: StreamsState;
  readonly metrics: MetricsState;
  /** The newest value of everything logged; absent in checkpoints of earlier versions. */
  readonly latestMetrics?: Readonly<Record<string, number>>;
  /** The state of each callback that has one, by its name in the config. */
  readonly callbacks: Readonly<Record<string, unknown>>;
}

/** Its tensors are read one at a time: held at once they take as much memory as the training itself. */
export interface Checkpoint {
  readonly progress: Progress;
  /** Weights and buffers under their published names. */
  readonly weights: TensorSource;
  readonly optimizers: readonly OptimizerState[];
  /** The tensors of each callback that keeps some, by its name in the config; absent where none does. */
  readonly callbackTensors?: ReadonlyMap<string, TensorSource>;
  /** The run's resolved configuration as YAML, so that a checkpoint alone can be sampled from. */
  readonly config: string;
}

/**
 * Writes a checkpoint as one safetensors file: a reader sees the old one or the new one, never a part.
 * @param previous where to keep the one that it replaces, in case that the new one is damaged on the disk
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint, previous?: string): void {
  const callbacks = [...(checkpoint.callbackTensors ?? [])];
  const parts: (readonly [TensorSource, (name: string) => string])[] = [
    [checkpoint.weights, (name) => name],
    ...checkpoint.optimizers.map(({ tensors }, i) => [tensors, (name: string) => optimizerKey(i, name)] as const),
    ...callbacks.map(([, tensors], i) => [tensors, (name: string) => callbackKey(i, name)] as const),
  ];
  const state: State = {
    // Without such tensors, the form is the first one still.
    schema: callbacks.length > 0 ? SCHEMA_VERSION : 1,
    progress: checkpoint.progress,
    optimizerSteps: checkpoint.optimizers.map(({ step }) => step),
    ...(callbacks.length > 0 && { callbackTensors: callbacks.map(([name]) => name) }),
    config: checkpoint.config,
  };
  writeSafetensors(path, joined(parts), { format: 'pt', [RUN_CHECKPOINT_KEY]: JSON.stringify(state) }, previous);
}

/** Writes the weights alone, under their published names: nothing to go on from. */
export function writeWeights(path: string, { weights }: Checkpoint): void {
  writeSafetensors(path, weights, { format: 'pt' });
}

/** The tensors of several sources as those of one, each under the name that is made of its own. */
function joined(parts: readonly (readonly [TensorSource, (name: string) => string])[]): TensorSource {
  const places = new Map(
    parts.flatMap(([source, named]) => [...source.tensors.keys()].map((name) => [named(name), { source, name }])),
  );
  return {
    tensors: new Map([...places].map(([key, { source, name }]) => [key, found(source.tensors, name)])),
    read: (key) => {
      const { source, name } = found(places, key);
      return source.read(name);
    },
  };
}

/** What is in a checkpoint's metadata. */
interface State {
  readonly schema: number;
  readonly progress: Progress;
  readonly optimizerSteps: readonly number[];
  /** The names of the callbacks that keep tensors, in the order of their numbers; absent where there are none. */
  readonly callbackTensors?: readonly string[];
  readonly config: string;
}

/**
 * Reads all of the file to see that it is whole, and then its tensors as they are asked for: it must stay where it is.
 * @throws FileError when the file is damaged, not a checkpoint of ours, or of a later version
 */
export function readCheckpoint(path: string): Checkpoint {
  const { metadata, ...source } = verifiedSafetensors(path);
  const state = readState(path, metadata);
  const optimizers = state.optimizerSteps.map((step, i) => ({
    step,
    tensors: sourceBelow(source, optimizerKey(i, '')),
  }));
  const callbacks = state.callbackTensors?.map((name, i) => [name, sourceBelow(source, callbackKey(i, ''))] as const);
  return {
    progress: state.progress,
    weights: sourceOf(source, [...source.tensors.keys()].filter(isWeight)),
    optimizers,
    ...(callbacks && { callbackTensors: new Map(callbacks) }),
    config: state.config,
  };
}

/** The newest whole checkpoint, and what is wrong with those newer than it. */
export interface NewestCheckpoint {
  readonly path?: string;
  readonly checkpoint?: Checkpoint;
  readonly damaged: readonly FileError[];
}

/** @param paths newest first */
export function readNewestCheckpoint(paths: readonly string[]): NewestCheckpoint {
  const damaged: FileError[] = [];
  for (const path of paths) {
    try {
      return { path, checkpoint: readCheckpoint(path), damaged };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      damaged.push(error);
    }
  }
  return { damaged };
}

/** The resolved configuration in a checkpoint, read without its tensors. @throws FileError as {@link readCheckpoint} */
export function readCheckpointConfig(path: string): string {
  return readState(path, readSafetensorsHeader(path).metadata).config;
}

function readState(path: string, metadata: Readonly<Record<string, string>>): State {
  const text = metadata[RUN_CHECKPOINT_KEY];
  if (text === undefined) {
    throw new FileError({
      where: path,
      problem: 'holds weights but no training state',
      expected: 'a checkpoint that a run wrote, such as runs/<run>/checkpoints/last.ckpt',
    });
  }
  const state = JSON.parse(text) as State;
  if (state.schema > SCHEMA_VERSION) {
    throw new FileError({
      where: path,
      problem: 'was written by a later version of ldm-runner',
      found: `checkpoint schema ${state.schema}`,
      expected: `at most ${SCHEMA_VERSION}`,
      remedy: 'update ldm-runner',
    });
  }
  return state;
}
