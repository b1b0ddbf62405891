import { instantiateFromConfig } from '../config/index.js';
import type { DataModule } from '../data/data-module.js';
import { precisionNamed } from '../engine/index.js';
import { UserError } from '../errors.js';
import { runOfCheckpoint } from '../io/list-checkpoints.js';
import { makeFolder } from '../io/make-folder.js';
import { runFolder } from '../io/run-folder.js';
import { CompositeLogger } from '../logging/composite-logger.js';
import { Reporter } from '../logging/reporter.js';
import { withDefaults } from '../params.js';
import { ProgressBar } from '../train/callbacks/progress-bar.js';
import { readCheckpoint } from '../train/checkpoint-file.js';
import type { LightningModule } from '../train/lightning-module.js';
import { Trainer } from '../train/trainer.js';
import { trainerParams } from '../train/trainer.params.js';
import { engineFromFlags } from './engine-flags.js';
import { experimentOf, requireFiles, requireTrainable } from './experiment.js';
import { choiceFlag, integerFlag, textFlag, type Flags } from './flags.js';
import { foundCheckpoint } from './found-checkpoint.js';
import { configOfCheckpoint, loadConfig } from './load-config.js';
import { metricsTable } from './metrics-table.js';
import { chosenDevice } from './run/chosen-device.js';
import { openLoggers } from './run/services.js';

/** `ldm test`: runs the test set, or the validation set, through a trained model. Returns the exit code. */
export async function test(path: string, overrides: readonly string[], flags: Flags): Promise<number> {
  const startEngine = engineFromFlags(flags);
  const chosenSet = flags.set === undefined ? undefined : choiceFlag(flags, 'set', ['test', 'validation'], 'test');
  const { path: checkpointPath, note } = foundCheckpoint(path);
  const checkpoint = readCheckpoint(checkpointPath);
  const folder = runOfCheckpoint(checkpointPath);
  const config = await loadConfig([configOfCheckpoint(checkpointPath, checkpoint.config)], overrides);
  const experiment = experimentOf(config);
  requireTrainable(experiment, config.registry);
  requireFiles(experiment, true);
  const options = withDefaults(trainerParams, experiment.trainer);
  const device = await chosenDevice(flags, experiment.trainer);
  const engine = await startEngine(precisionNamed(textFlag(flags, 'precision') ?? options.precision), device.name);
  const data = await instantiateFromConfig<DataModule>(experiment.data, config.registry);
  const set = chosenSet ?? (data.test ? 'test' : 'validation');
  if (!data[set]) throw missingSet(checkpointPath, set);

  const reporter = new Reporter();
  if (note !== undefined) reporter.info(`note: ${note}`);
  if (engine.note !== undefined) reporter.warn(engine.note);
  if (device.note !== undefined) reporter.warn(device.note);
  data.warn = (text) => {
    reporter.warn(text);
  };
  const module = await instantiateFromConfig<LightningModule>(experiment.model, config.registry);
  const isLogged = folder !== undefined && options.logger !== false;
  const run = runFolder(folder ?? '.');
  if (isLogged) makeFolder(run.tensorboard);
  const logger = isLogged
    ? await openLoggers(run, {
        registry: config.registry,
        config: experiment.logger,
        isOn: true,
        resumed: undefined,
        isAdded: true,
      })
    : new CompositeLogger([]);
  const trainer = new Trainer({
    params: options,
    logger,
    run,
    callbacks: { progress_bar: new ProgressBar(reporter) },
    seed: integerFlag(flags, 'seed', 0) ?? checkpoint.progress.seed,
    config: checkpoint.config,
    report: (text) => {
      reporter.info(text);
    },
  });
  try {
    const metrics = await trainer.test({ module, data, set, checkpoint });
    await logger.close();
    const facts = { checkpoint: checkpointPath, step: checkpoint.progress.globalStep, set, metrics };
    console.log(flags.json === true ? JSON.stringify(facts, null, 2) : metricsTable(metrics));
    if (isLogged) reporter.info(`logged at step ${facts.step} in ${run.metrics}`);
    return 0;
  } finally {
    await logger.close().catch(() => undefined);
  }
}

function missingSet(checkpointPath: string, set: 'test' | 'validation'): UserError {
  return new UserError({
    where: checkpointPath,
    path: `data.params.${set}`,
    problem: `its configuration has no ${set} data`,
    expected: 'a data set to measure on',
    remedy: `describe one: ldm test RUN data.params.${set}.target=… data.params.${set}.params.…=…`,
  });
}
