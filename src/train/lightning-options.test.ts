import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lightningTrainerParams, notesOn, optionProblems } from './lightning-options.js';
import { wantedDevice, type WantedDevice } from './trainer-devices.js';

/** The arguments of PyTorch Lightning's Trainer, 1.4 (which latent-diffusion pins) to 1.9. */
const arguments_ = [
  ...['logger', 'checkpoint_callback', 'enable_checkpointing', 'callbacks', 'default_root_dir', 'gradient_clip_val'],
  ...['gradient_clip_algorithm', 'process_position', 'num_nodes', 'num_processes', 'devices', 'gpus', 'tpu_cores'],
  ...['auto_select_gpus', 'ipus', 'hpus', 'log_gpu_memory', 'progress_bar_refresh_rate', 'enable_progress_bar'],
  ...['overfit_batches', 'track_grad_norm', 'check_val_every_n_epoch', 'fast_dev_run', 'accumulate_grad_batches'],
  ...['max_epochs', 'min_epochs', 'max_steps', 'min_steps', 'max_time', 'limit_train_batches', 'limit_val_batches'],
  ...['limit_test_batches', 'limit_predict_batches', 'val_check_interval', 'flush_logs_every_n_steps'],
  ...['log_every_n_steps', 'accelerator', 'strategy', 'sync_batchnorm', 'precision', 'enable_model_summary'],
  ...['weights_summary', 'weights_save_path', 'num_sanity_val_steps', 'truncated_bptt_steps', 'profiler', 'benchmark'],
  ...['resume_from_checkpoint', 'deterministic', 'reload_dataloaders_every_n_epochs', 'reload_dataloaders_every_epoch'],
  ...['auto_lr_find', 'replace_sampler_ddp', 'detect_anomaly', 'terminate_on_nan', 'auto_scale_batch_size'],
  ...['prepare_data_per_node', 'plugins', 'amp_backend', 'amp_level', 'distributed_backend', 'move_metrics_to_cpu'],
  ...['multiple_trainloader_mode', 'stochastic_weight_avg', 'inference_mode'],
];

test('every argument of Lightning 1.4 to 1.9 is known', () => {
  const known = Object.keys(lightningTrainerParams.properties);
  assert.equal(
    arguments_.filter((name) => !known.includes(name)),
    [],
  );
});

test('what means nothing here is said, once for each; what asks for nothing is not', () => {
  assert.equal(notesOn({ benchmark: true, accumulate_grad_batches: 2 }), [
    'benchmark has no effect: the engine chooses its algorithms itself',
  ]);
  assert.equal(
    notesOn({ benchmark: false, deterministic: null, replace_sampler_ddp: true, amp_backend: 'native' }),
    [],
  );
  assert.equal(notesOn({ strategy: 'ddp', progress_bar_refresh_rate: 5 }), [
    'progress_bar_refresh_rate has no effect: the bar follows the clock; 0 hides it',
    'strategy: ddp has no effect: training runs on one device',
  ]);
  assert.equal(notesOn({ gpus: 0 }), ['gpus: 0 asks for no GPU, as in Lightning; the first GPU is "0,"']);
});

test('what is not built is refused, unless it asks for nothing', () => {
  assert.equal(optionProblems({ profiler: null, tpu_cores: null, auto_lr_find: false, plugins: [] }), []);
  assert.equal(optionProblems({ profiler: 'simple', track_grad_norm: 2 }), [
    {
      option: 'profiler',
      problem: 'profiler is known, but not built',
      found: '"simple"',
      remedy: 'leave it out; "ldm bench" times workloads',
    },
    {
      option: 'track_grad_norm',
      problem: 'track_grad_norm is known, but not built',
      found: '2',
      remedy: 'leave it out',
    },
  ]);
});

test('a number above one is a number of batches, not a fraction', () => {
  assert.equal(optionProblems({ limit_val_batches: 0.5, limit_train_batches: 2, val_check_interval: 1 }), []);
  assert.equal(optionProblems({ limit_val_batches: 1.5 }), [
    {
      option: 'limit_val_batches',
      problem: 'neither a number of batches nor a fraction',
      found: '1.5',
      expected: 'a whole number of batches, or a fraction from 0.0 to 1.0',
    },
  ]);
});

const devices: [options: Record<string, unknown>, wanted: WantedDevice][] = [
  [{}, 'auto'],
  [{ gpus: null }, 'auto'],
  [{ gpus: 0 }, 'cpu'],
  [{ gpus: 1 }, { gpu: 'any' }],
  [{ gpus: -1 }, { gpu: 'all' }],
  [{ gpus: '-1' }, { gpu: 'all' }],
  [{ gpus: '0,' }, { gpu: 0 }],
  [{ gpus: ' 2,' }, { gpu: 2 }],
  [{ gpus: [1] }, { gpu: 1 }],
  [{ gpus: [] }, 'cpu'],
  [{ gpus: '0,', accelerator: 'ddp' }, { gpu: 0 }],
  [{ accelerator: 'cpu', devices: 1 }, 'cpu'],
  [{ accelerator: 'gpu' }, { gpu: 'any' }],
  [{ accelerator: 'gpu', devices: 1 }, { gpu: 'any' }],
  [{ accelerator: 'gpu', devices: '1,' }, { gpu: 1 }],
  [{ accelerator: 'gpu', devices: 'auto' }, { gpu: 'any' }],
  [{ devices: 1 }, 'auto'],
  [{ devices: [0] }, { gpu: 0 }],
];
for (const [options, wanted] of devices) {
  test(`device of ${JSON.stringify(options)}`, () => {
    assert.equal(optionProblems(options), []);
    assert.equal(wantedDevice(options), wanted);
  });
}

const several = 'training on several devices is not built: a run has one';
const refused: [options: Record<string, unknown>, problem: string][] = [
  [{ gpus: '0,1' }, several],
  [{ gpus: [0, 1] }, several],
  [{ gpus: 8 }, several],
  [{ devices: 2 }, several],
  [{ num_nodes: 2 }, several],
  [{ num_processes: 4 }, several],
  [{ gpus: 'first' }, 'cannot be read as devices'],
  [{ gpus: -2 }, 'cannot be read as devices'],
  [{ accelerator: 'tpu' }, 'there is no such accelerator here'],
  [{ strategy: 'deepspeed_stage_2' }, 'this strategy is not built'],
];
for (const [options, problem] of refused) {
  test(`refused: ${JSON.stringify(options)}`, () => {
    assert.equal(
      optionProblems(options).map((one) => one.problem),
      [problem],
    );
  });
}

test.run();
