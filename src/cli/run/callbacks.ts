import { join } from 'node:path';
import { instantiateFromConfig, type ComponentConfig, type Experiment, type Registry } from '../../config/index.js';
import type { RunFolder } from '../../io/run-folder.js';
import type { Reporter } from '../../logging/reporter.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { LeakWatch } from '../../train/callbacks/leak-watch.js';
import { ProgressBar } from '../../train/callbacks/progress-bar.js';
import { Timer } from '../../train/callbacks/timer.js';
import type { TrainerParams } from '../../train/trainer.params.js';

/** CompVis's number of best checkpoints where the model names what to judge them by. */
const BEST_BY_MODEL = 3;

/**
 * The callbacks of a run: those that show its progress, those of the config, with the parameters that CompVis's `main.py`
 * fills in, and last the checkpoints, so that they hold the state the others leave.
 */
export async function runCallbacks(
  experiment: Experiment,
  {
    registry,
    options,
    folder,
    reporter,
  }: { registry: Registry; options: TrainerParams; folder: RunFolder; reporter: Reporter },
): Promise<Record<string, Callback>> {
  const isCheckpoint = ({ target }: ComponentConfig) => registry.resolve(target)?.target === 'ModelCheckpoint';
  const build = (config: ComponentConfig) => instantiateFromConfig<Callback>(config, registry);
  const isShown = options.enable_progress_bar !== false && options.progress_bar_refresh_rate !== 0;
  const built: Record<string, Callback> = {
    ...(isShown && { progress_bar: new ProgressBar(reporter) }),
    leak_watch: new LeakWatch(reporter),
  };
  const { checkpoint_callback: ownCheckpoint, ...others } = experiment.callbacks;
  const inOrder = Object.entries(others).sort(([, a], [, b]) => Number(isCheckpoint(a)) - Number(isCheckpoint(b)));
  if (options.max_time !== null) {
    const isTimed = inOrder.some(([, { target }]) => registry.resolve(target)?.target === 'Timer');
    if (isTimed) reporter.warn('lightning.trainer.max_time is ignored: a callback Timer says how long to train');
    else built.max_time = new Timer({ duration: options.max_time });
  }
  const saves = savesCheckpoints(options);
  for (const [name, config] of inOrder) {
    if (isCheckpoint(config) && !saves) continue;
    built[name] = await build(isCheckpoint(config) ? extraCheckpoint(name, config, folder) : config);
  }
  if (saves) {
    const { modelcheckpoint: own } = experiment;
    const isOther = own !== undefined && !isCheckpoint(own);
    const validates = experiment.data?.params.validation !== undefined && options.limit_val_batches !== 0;
    built.modelcheckpoint = await build(isOther ? own : mainCheckpoint(experiment, { ownCheckpoint, validates }));
  }
  return built;
}

/** Whether a run saves checkpoints: not where it is asked not to, nor to see whether all works. */
function savesCheckpoints(options: TrainerParams): boolean {
  return options.enable_checkpointing !== false && options.checkpoint_callback !== false && !options.fast_dev_run;
}

/**
 * `modelcheckpoint`, with what `callbacks.checkpoint_callback`, PyTorch Lightning 1.4's place for it, says beside. The best
 * are kept by the model's `monitor`, which is a validation's where nobody said otherwise: so not without one.
 */
function mainCheckpoint(
  { modelcheckpoint, model }: Experiment,
  { ownCheckpoint, validates }: { ownCheckpoint: ComponentConfig | undefined; validates: boolean },
): ComponentConfig {
  const params = { ...written(modelcheckpoint), ...written(ownCheckpoint) };
  const { monitor } = model.params;
  const isLogged = typeof monitor === 'string' && (validates || !monitor.startsWith('val/'));
  const byModel = isLogged ? { monitor, save_top_k: BEST_BY_MODEL } : {};
  return { target: modelcheckpoint?.target ?? 'ModelCheckpoint', params: { save_last: true, ...byModel, ...params } };
}

/** A further checkpoint of the config. */
function extraCheckpoint(name: string, config: ComponentConfig, folder: RunFolder): ComponentConfig {
  const defaults =
    name === 'metrics_over_trainsteps_checkpoint'
      ? {
          dirpath: join(folder.checkpoints, 'trainstep_checkpoints'),
          filename: '{epoch:06}-{step:09}',
          verbose: true,
          save_top_k: -1,
          every_n_train_steps: 10_000,
          save_weights_only: true,
        }
      : {};
  return { target: config.target, params: { save_last: false, ...defaults, ...written(config) } };
}

/** The parameters that say something: null leaves it to others. */
function written(config: ComponentConfig | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config?.params ?? {}).filter(([, value]) => value !== null));
}
