import type { TensorSource } from '../../io/tensor-source.js';
import type { NamedTensor } from '../check-finite.js';
import type { Checkpoint } from '../checkpoint-file.js';
import type { LightningModule } from '../lightning-module.js';
import type { Trainer } from '../trainer.js';
import type { Callback } from './callback.js';

/** What callbacks make of a checkpoint. */
export interface SavedCallbacks extends Pick<Checkpoint, 'weights' | 'callbackTensors'> {
  readonly states: Readonly<Record<string, unknown>>;
}

/** The callbacks of a trainer by their names in the config, in the order in which their hooks run. */
export class CallbackList {
  readonly #callbacks: readonly (readonly [name: string, callback: Callback])[];

  constructor(callbacks: Readonly<Record<string, Callback>>) {
    this.#callbacks = Object.entries(callbacks);
  }

  /** Calls a hook of one after the other. */
  async call(hook: (callback: Callback) => unknown): Promise<void> {
    for (const [, callback] of this.#callbacks) await hook(callback);
  }

  /** What those want to see of the gradients who do; undefined where none does. */
  beforeOptimizerStep(
    trainer: Trainer,
    module: LightningModule,
  ): ((gradients: readonly NamedTensor[]) => void) | undefined {
    const interested = this.#callbacks.filter(([, callback]) => 'onBeforeOptimizerStep' in callback);
    if (interested.length === 0) return undefined;
    return (gradients) => {
      for (const [, callback] of interested) callback.onBeforeOptimizerStep?.(trainer, module, gradients);
    };
  }

  /** Runs an evaluation within those of all callbacks, that of the first outermost. */
  inEvaluation<T>(run: () => Promise<T>): Promise<T> {
    const within = this.#callbacks.reduceRight(
      (inner, [, callback]) =>
        () =>
          callback.inEvaluation?.(inner) ?? inner(),
      run,
    );
    return within();
  }

  /** @param weights of the module, as they are */
  save(weights: TensorSource): SavedCallbacks {
    const states: Record<string, unknown> = {};
    const callbackTensors = new Map<string, TensorSource>();
    let saved = weights;
    for (const [name, callback] of this.#callbacks) {
      const state = callback.state?.();
      if (state !== undefined) states[name] = state;
      const kept = callback.saveTensors?.(saved);
      if (!kept) continue;
      callbackTensors.set(name, kept.tensors);
      saved = kept.weights ?? saved;
    }
    return { states, weights: saved, ...(callbackTensors.size > 0 && { callbackTensors }) };
  }

  /** What is saved of callbacks that are here no more is left out. */
  load({ progress, callbackTensors }: Checkpoint, module: LightningModule): void {
    for (const [name, callback] of this.#callbacks) {
      if (name in progress.callbacks) callback.loadState?.(progress.callbacks[name]);
      const tensors = callbackTensors?.get(name);
      if (tensors) callback.loadTensors?.(tensors, module);
    }
  }

  /** After a fit, however it ended. */
  tearDown(trainer: Trainer, module: LightningModule): void {
    for (const [, callback] of this.#callbacks) callback.onTearDown?.(trainer, module);
  }
}
