import type * as tf from '@tensorflow/tfjs-core';
import type { TensorSource } from '../io/tensor-source.js';
import type { Parameter } from '../nn/index.js';

/** Named tensors of an optimizer's state in PyTorch's names, such as `exp_avg.<parameter>`. */
export interface OptimizerState {
  readonly step: number;
  readonly tensors: TensorSource;
}

/** What a trainer needs of an optimizer. */
export interface Optimizer {
  readonly parameters: readonly (readonly [string, Parameter])[];
  /** What part of its direction a step takes over from those before; absent where it takes none. */
  readonly momentum?: number;
  /**
   * One step.
   * @param gradients one for each parameter, in order; read, not disposed
   * @param learningRate of this step
   */
  step(gradients: readonly tf.Tensor[], learningRate: number): void;
  /** As it is when its tensors are read. */
  state(): OptimizerState;
  /** @throws UserError when the state is of other parameters or of another optimizer */
  load(state: OptimizerState): void;
  dispose(): void;
}

/** An optimizer whose parameters are still to come, as a configuration names it. */
export type OptimizerFactory = (parameters: readonly (readonly [string, Parameter])[]) => Optimizer;
