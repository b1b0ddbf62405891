import { inMemory, readAll, type TensorSource } from '../../src/io/tensor-source.js';
import type { Checkpoint } from '../../src/train/checkpoint-file.js';

/** A checkpoint that stays what it is while the training goes on, or its file does not last. */
export function heldCheckpoint(checkpoint: Checkpoint): Checkpoint {
  const held = (source: TensorSource): TensorSource => inMemory(readAll(source));
  const { weights, optimizers, callbackTensors, ...rest } = checkpoint;
  return {
    ...rest,
    weights: held(weights),
    optimizers: optimizers.map(({ step, tensors }) => ({ step, tensors: held(tensors) })),
    ...(callbackTensors && {
      callbackTensors: new Map([...callbackTensors].map(([name, tensors]) => [name, held(tensors)])),
    }),
  };
}
