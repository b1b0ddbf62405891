import { defineComponent, type ParamProblem } from '../src/config/index.js';
import { patternProblem } from '../src/train/callbacks/checkpoint-name.js';
import { deviceStatisticsParams } from '../src/train/callbacks/device-statistics.params.js';
import { earlyStoppingParams } from '../src/train/callbacks/early-stopping.params.js';
import { emaWeightAveragingParams } from '../src/train/callbacks/ema-weight-averaging.params.js';
import { histogramLoggerParams } from '../src/train/callbacks/histogram-logger.params.js';
import { imageLoggerParams } from '../src/train/callbacks/image-logger.params.js';
import { learningRateMonitorParams } from '../src/train/callbacks/learning-rate-monitor.params.js';
import { modelCheckpointParams } from '../src/train/callbacks/model-checkpoint.params.js';
import { setupCallbackParams } from '../src/train/callbacks/setup-callback.params.js';
import { timerParams } from '../src/train/callbacks/timer.params.js';
import type { Params } from '../src/params.js';

/** Says of an option that is set and that nothing follows yet. */
export function notBuilt(name: string, isSet: boolean): ParamProblem[] {
  if (!isSet) return [];
  return [{ path: [name], problem: `${name} is known, but not built`, found: 'true', remedy: 'leave it out' }];
}

/** Lightning takes one of them; what their values say together no one means. */
function checkTriggers(params: Params<typeof modelCheckpointParams>): ParamProblem[] {
  const triggers = ['every_n_train_steps', 'every_n_epochs', 'train_time_interval'] as const;
  const given = triggers.filter((name) => params[name] !== null && params[name] !== 0);
  const problem = params.filename === null ? undefined : patternProblem(params.filename);
  return [
    ...given.slice(1).map((name) => ({
      path: [name],
      problem: `says when to save, as ${given[0] ?? ''} does`,
      expected: 'one of them',
      remedy: 'remove one, or add a second checkpoint under lightning.callbacks',
    })),
    ...(problem === undefined ? [] : [{ path: ['filename'], problem, found: params.filename ?? '' }]),
  ];
}

/** Of a parameter that is a regular expression. */
function patternProblems(name: string, pattern: string | null): ParamProblem[] {
  try {
    RegExp(pattern ?? '');
    return [];
  } catch (error) {
    return [
      { path: [name], problem: (error as Error).message, found: pattern ?? '', expected: 'a regular expression' },
    ];
  }
}

export const callbacks = [
  defineComponent({
    target: 'ImageLogger',
    aliases: ['main.ImageLogger'],
    kind: 'callback',
    summary: 'Draws inputs, noise and samples into images/ and TensorBoard.',
    source: 'latent-diffusion, main.py',
    params: imageLoggerParams,
    load: async () => {
      const { ImageLogger } = await import('../src/train/callbacks/image-logger.js');
      return ({ log_images_kwargs: kwargs, ...params }, build) => {
        if (kwargs?.scheduler === undefined) return new ImageLogger({ ...params, log_images_kwargs: kwargs });
        return new ImageLogger({ ...params, log_images_kwargs: { ...kwargs, scheduler: build(kwargs.scheduler) } });
      };
    },
  }),
  defineComponent({
    target: 'HistogramLogger',
    kind: 'callback',
    summary: 'Logs how weights and gradients are distributed, as histograms in TensorBoard.',
    source: 'own',
    params: histogramLoggerParams,
    check: ({ include }) => patternProblems('include', include),
    load: async () => {
      const { HistogramLogger } = await import('../src/train/callbacks/histogram-logger.js');
      return (params) => new HistogramLogger(params);
    },
  }),
  defineComponent({
    target: 'ModelCheckpoint',
    aliases: ['pytorch_lightning.callbacks.ModelCheckpoint', 'main.ModelCheckpoint'],
    kind: 'callback',
    summary: 'Saves everything a run needs to go on, and the best checkpoints by a logged value.',
    source: 'PyTorch Lightning, ModelCheckpoint',
    params: modelCheckpointParams,
    check: checkTriggers,
    load: async () => {
      const { ModelCheckpoint } = await import('../src/train/callbacks/model-checkpoint.js');
      return (params) => new ModelCheckpoint(params);
    },
  }),
  defineComponent({
    target: 'LearningRateMonitor',
    aliases: ['pytorch_lightning.callbacks.LearningRateMonitor', 'main.LearningRateMonitor'],
    kind: 'callback',
    summary: "Logs the learning rates under Lightning's names.",
    source: 'PyTorch Lightning, LearningRateMonitor',
    params: learningRateMonitorParams,
    load: async () => {
      const { LearningRateMonitor } = await import('../src/train/callbacks/learning-rate-monitor.js');
      return (params) => new LearningRateMonitor(params);
    },
  }),
  defineComponent({
    target: 'EarlyStopping',
    aliases: ['pytorch_lightning.callbacks.EarlyStopping'],
    kind: 'callback',
    summary: 'Stops training when a logged value has stopped improving.',
    source: 'PyTorch Lightning, EarlyStopping',
    params: earlyStoppingParams,
    load: async () => {
      const { EarlyStopping } = await import('../src/train/callbacks/early-stopping.js');
      return (params) => new EarlyStopping(params);
    },
  }),
  defineComponent({
    target: 'EMAWeightAveraging',
    aliases: [
      'pytorch_lightning.callbacks.EMAWeightAveraging',
      'pytorch_lightning.callbacks.weight_averaging.EMAWeightAveraging',
      'lightning.pytorch.callbacks.EMAWeightAveraging',
      'lightning.pytorch.callbacks.weight_averaging.EMAWeightAveraging',
    ],
    kind: 'callback',
    summary: 'Averages the weights of a model that keeps no average itself, and validates and saves by it.',
    source: 'PyTorch Lightning, EMAWeightAveraging',
    params: emaWeightAveragingParams,
    check: ({ use_buffers: isSet }) => notBuilt('use_buffers', isSet),
    load: async () => {
      const { EMAWeightAveraging } = await import('../src/train/callbacks/ema-weight-averaging.js');
      return (params) => new EMAWeightAveraging(params);
    },
  }),
  defineComponent({
    target: 'Timer',
    aliases: ['pytorch_lightning.callbacks.Timer', 'lightning.pytorch.callbacks.Timer'],
    kind: 'callback',
    summary: 'Measures the time of a training, and ends it when a given time is over.',
    source: 'PyTorch Lightning, Timer',
    params: timerParams,
    load: async () => {
      const { Timer } = await import('../src/train/callbacks/timer.js');
      return (params) => new Timer(params);
    },
  }),
  defineComponent({
    target: 'DeviceStatistics',
    aliases: ['main.CUDACallback', 'pytorch_lightning.callbacks.DeviceStatsMonitor'],
    kind: 'callback',
    summary: 'Logs step time, data wait, samples per second and memory; says the time of each epoch.',
    source: 'latent-diffusion, main.py (CUDACallback)',
    params: deviceStatisticsParams,
    load: async () => {
      const { DeviceStatistics } = await import('../src/train/callbacks/device-statistics.js');
      return () => new DeviceStatistics();
    },
  }),
  defineComponent({
    target: 'SetupCallback',
    aliases: ['main.SetupCallback'],
    kind: 'callback',
    summary: 'No effect: the run folder and its configs are set up in any case.',
    source: 'latent-diffusion, main.py',
    params: setupCallbackParams,
    load: () => Promise.resolve(() => ({})),
  }),
];
