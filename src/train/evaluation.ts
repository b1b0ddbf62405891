import * as tf from '@tensorflow/tfjs-core';
import { setImmediate as nextTick } from 'node:timers/promises';
import type { DataLoader } from '../data/data-loader.js';
import { batchSize, disposeTensors, toTensors } from '../data/to-tensors.js';
import type { Callback, ValidationResult } from './callbacks/callback.js';
import type { LightningModule } from './lightning-module.js';
import type { LoggedMetrics } from './logged-metrics.js';
import type { MetricValues } from './metrics.js';
import type { Trainer } from './trainer.js';

/** Runs a hook of the callbacks, or does not. */
export type CallHook = (hook: (callback: Callback) => unknown) => Promise<void>;

export interface EvaluationOptions {
  readonly stage: 'validation' | 'test';
  readonly module: LightningModule;
  readonly loader: DataLoader;
  /** Batches of it. */
  readonly limit: number;
  readonly call: CallHook;
  /** Asked before each batch. */
  readonly isBrokenOff: () => boolean;
  /** Takes what was logged of a single batch. */
  readonly onBatchValues: (values: Readonly<Record<string, number>>) => void;
}

/**
 * Runs data through a module in evaluation mode, without gradients, and returns the means of what it logs.
 * @returns undefined where it was broken off: means over other batches than the ones before are no means
 */
export async function evaluate(
  trainer: Trainer,
  logged: LoggedMetrics,
  { stage, module, loader, limit, call, isBrokenOff, onBatchValues }: EvaluationOptions,
): Promise<MetricValues | undefined> {
  const { onStart, step, onBatchEnd, onEnd } = hooksOf(stage, trainer, module);
  module.eval();
  try {
    return await logged.during(stage, async (collector) => {
      await onStart(call);
      let batchIndex = 0;
      let wasBrokenOff = false;
      for await (const hostBatch of loader.epoch(trainer.currentEpoch)) {
        if (batchIndex >= limit) break;
        wasBrokenOff = isBrokenOff();
        if (wasBrokenOff) break;
        const batch = toTensors(hostBatch);
        logged.batchSize = batchSize(batch);
        const result = { batch, batchIndex, batches: limit };
        try {
          await inScope(() => step(result));
          await call((callback) => onBatchEnd(callback, result));
        } finally {
          disposeTensors(batch);
        }
        // Of single batches there are several values at one step.
        onBatchValues(collector.takeStep().logger);
        batchIndex += 1;
        await nextTick();
      }
      await onEnd();
      return wasBrokenOff ? undefined : collector.takeEpoch();
    });
  } finally {
    module.train();
  }
}

/** What a validation and a test call. */
function hooksOf(stage: 'validation' | 'test', trainer: Trainer, module: LightningModule) {
  if (stage === 'test') {
    return {
      onStart: async (call: CallHook) => {
        await module.onTestStart();
        await call((callback) => callback.onTestStart?.(trainer, module));
      },
      step: ({ batch, batchIndex }: ValidationResult) => module.testStep(batch, batchIndex),
      onBatchEnd: (callback: Callback, result: ValidationResult) => callback.onTestBatchEnd?.(trainer, module, result),
      onEnd: () => module.onTestEnd(),
    };
  }
  return {
    onStart: async (call: CallHook) => {
      await module.onValidationStart?.();
      await call((callback) => callback.onValidationStart?.(trainer, module));
    },
    step: ({ batch, batchIndex }: ValidationResult) => module.validationStep(batch, batchIndex),
    onBatchEnd: (callback: Callback, result: ValidationResult) =>
      callback.onValidationBatchEnd?.(trainer, module, result),
    onEnd: () => module.onValidationEnd?.(),
  };
}

/** Like a training step's, the tensors that it leaves behind are freed; unlike that, it may be asynchronous. */
async function inScope(step: () => void | Promise<void>): Promise<void> {
  tf.engine().startScope();
  try {
    await step();
  } finally {
    tf.engine().endScope();
  }
}
