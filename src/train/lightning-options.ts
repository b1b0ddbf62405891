import type { Problem } from '../errors.js';
import type { ParamsSchema } from '../params.js';
import { deviceNotes, deviceProblems, deviceProperties } from './trainer-devices.js';
import { trainerParams } from './trainer.params.js';

/** An option of PyTorch Lightning's Trainer that the trainer here does not follow. */
interface OtherOption {
  readonly type?: string | readonly string[];
  /** Values that ask for nothing. */
  readonly neutral?: readonly unknown[];
  readonly why: string;
}

/** Known, and without meaning here. */
const withoutEffect: Readonly<Record<string, OtherOption>> = {
  benchmark: { type: ['boolean', 'null'], why: 'the engine chooses its algorithms itself' },
  deterministic: {
    type: ['boolean', 'string', 'null'],
    why: 'runs on the CPU repeat exactly in any case, and a GPU has no such setting here',
  },
  auto_select_gpus: { type: ['boolean', 'null'], why: '--device chooses the GPU' },
  sync_batchnorm: { type: ['boolean', 'null'], why: 'training runs on one device' },
  replace_sampler_ddp: { type: ['boolean', 'null'], neutral: [true], why: 'training runs on one device' },
  use_distributed_sampler: { type: ['boolean', 'null'], neutral: [true], why: 'training runs on one device' },
  prepare_data_per_node: { type: ['boolean', 'null'], neutral: [true], why: 'training runs on one device' },
  move_metrics_to_cpu: { type: ['boolean', 'null'], why: 'logged values are numbers from the start' },
  multiple_trainloader_mode: { type: 'string', why: 'there is one training set' },
  process_position: { type: 'integer', neutral: [0], why: 'there is one progress line' },
  weights_summary: {
    type: ['string', 'null'],
    why: '"ldm inspect" shows the parts of a model and their weights',
  },
  enable_model_summary: {
    type: ['boolean', 'null'],
    neutral: [true],
    why: '"ldm inspect" shows the parts of a model and their weights',
  },
  flush_logs_every_n_steps: { type: 'integer', why: 'logs are written in the background, and before each checkpoint' },
  inference_mode: { type: 'boolean', neutral: [true], why: 'validation never records gradients' },
  amp_backend: { type: ['string', 'null'], neutral: ['native'], why: 'precision says what to compute in' },
  amp_level: { type: ['string', 'null'], why: 'precision says what to compute in' },
  default_root_dir: { type: ['string', 'null'], why: '--logdir chooses the folder of all runs' },
  weights_save_path: { type: ['string', 'null'], why: '--logdir chooses the folder of all runs' },
  reload_dataloaders_every_n_epochs: { type: 'integer', neutral: [0], why: 'each epoch draws its order anew' },
  reload_dataloaders_every_epoch: { type: 'boolean', why: 'each epoch draws its order anew' },
  limit_predict_batches: { type: ['number', 'null'], why: 'there is no prediction loop; "ldm sample" draws images' },
};

/** Known, and wanted by no one who leaves the neutral value; any other is refused. */
const notBuilt: Readonly<Record<string, OtherOption>> = {
  callbacks: { neutral: [[]], why: 'describe callbacks under lightning.callbacks, by name: {target, params}' },
  profiler: { neutral: [false], why: 'leave it out; "ldm bench" times workloads' },
  plugins: { neutral: [[]], why: 'leave them out: they are parts of PyTorch Lightning' },
  tpu_cores: { why: 'leave it out: no engine computes on TPUs' },
  ipus: { why: 'leave it out: no engine computes on IPUs' },
  hpus: { why: 'leave it out: no engine computes on HPUs' },
  auto_lr_find: { neutral: [false], why: 'give model.base_learning_rate' },
  auto_scale_batch_size: { neutral: [false], why: 'give data.params.batch_size' },
  track_grad_norm: { neutral: [-1], why: 'leave it out' },
  truncated_bptt_steps: { why: 'leave it out: diffusion has no recurrent state' },
  stochastic_weight_avg: { neutral: [false], why: 'give use_ema, or the callback EMAWeightAveraging' },
  log_gpu_memory: { neutral: [false], why: 'the callback DeviceStatistics logs memory' },
};

const described = (options: Readonly<Record<string, OtherOption>>, says: string) =>
  Object.fromEntries(
    Object.entries(options).map(([name, { type, why }]) => [
      name,
      { ...(type !== undefined && { type }), description: `${says}: ${why}.` },
    ]),
  );

/** All options that `lightning.trainer` may hold: PyTorch Lightning's of 1.4 to 1.9. */
export const lightningTrainerParams: ParamsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...trainerParams.properties,
    ...deviceProperties,
    ...described(withoutEffect, 'No effect'),
    ...described(notBuilt, 'Not built'),
  },
};

/** Whether an option of Lightning's is known only to be refused. */
export function isNotBuilt(option: string): boolean {
  return Object.hasOwn(notBuilt, option);
}

/** An option and what is wrong with its value. */
export interface OptionProblem extends Problem {
  readonly option: string;
}

/** What of `lightning.trainer`, as it is written, cannot be had. Wrong types are for the schema to say. */
export function optionProblems(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  const refused = Object.entries(notBuilt).flatMap(([option, { neutral, why }]) => {
    const value = options[option];
    if (isNeutral(value, neutral)) return [];
    return [{ option, problem: `${option} is known, but not built`, found: JSON.stringify(value), remedy: why }];
  });
  return [...refused, ...deviceProblems(options), ...fractionProblems(options)];
}

/** One line for each option of `lightning.trainer`, as it is written, that is accepted and does nothing. */
export function notesOn(options: Readonly<Record<string, unknown>>): string[] {
  const notes = Object.entries(withoutEffect).flatMap(([option, { neutral, why }]) => {
    const value = options[option];
    return isNeutral(value, [false, ...(neutral ?? [])]) ? [] : [`${option} has no effect: ${why}`];
  });
  const rate = options.progress_bar_refresh_rate;
  if (typeof rate === 'number' && rate > 0) {
    notes.push('progress_bar_refresh_rate has no effect: the bar follows the clock; 0 hides it');
  }
  return [...notes, ...deviceNotes(options)];
}

/** Options that are a number of batches or a fraction of them; `1.0` is all, `1` is one. */
export const batchCounts = [
  'limit_train_batches',
  'limit_val_batches',
  'limit_test_batches',
  'overfit_batches',
  'val_check_interval',
] as const;

function fractionProblems(options: Readonly<Record<string, unknown>>): OptionProblem[] {
  return batchCounts.flatMap((option) => {
    const value = options[option];
    if (typeof value !== 'number' || value <= 1 || Number.isInteger(value)) return [];
    const expected = 'a whole number of batches, or a fraction from 0.0 to 1.0';
    return [{ option, problem: 'neither a number of batches nor a fraction', found: String(value), expected }];
  });
}

function isNeutral(value: unknown, neutral: readonly unknown[] = []): boolean {
  if (value === undefined || value === null) return true;
  return neutral.some((one) => JSON.stringify(one) === JSON.stringify(value));
}
