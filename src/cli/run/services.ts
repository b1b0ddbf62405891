import { join } from 'node:path';
import { registry } from '../../../registry/index.js';
import { instantiateFromConfig, type ComponentConfig } from '../../config/index.js';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { createRunFolder, formatRunTime, runFolder, type RunFolder } from '../../io/run-folder.js';
import { describeRun, writeRunRecord } from '../../io/run-record.js';
import type { EngineInfo } from '../../engine/index.js';
import { CompositeLogger } from '../../logging/composite-logger.js';
import type { Logger } from '../../logging/logger.js';
import { MetricsFile, truncateMetrics } from '../../logging/metrics-file.js';
import type { OpenLogger } from '../../logging/open-tensorboard.js';
import { ownVersion } from '../doctor/packages.js';
import type { resolvedConfigs } from '../experiment.js';
import type { RunRequest } from './request.js';

/** The folder of the run: a new one, or the one it goes on in. */
export function openRunFolder(request: RunRequest): RunFolder {
  if (request.resumeFolder !== undefined) return runFolder(request.resumeFolder);
  return createRunFolder({
    logdir: request.logdir,
    config: request.configs[0] ?? 'resumed',
    name: request.name,
    postfix: request.postfix,
  });
}

/** Keeps what it takes to know, and to repeat, what was run. */
export function writeRunFiles(
  run: RunFolder,
  { configs, seed, engine }: { configs: ReturnType<typeof resolvedConfigs>; seed: number; engine: EngineInfo },
): void {
  const time = formatRunTime(new Date());
  writeFileAtomically(join(run.configs, `${time}-project.yaml`), configs.project);
  writeFileAtomically(join(run.configs, `${time}-lightning.yaml`), configs.lightning);
  const record = describeRun({
    command: process.argv.slice(1),
    seed,
    engine: engine.name,
    device: engine.device,
    precision: engine.precision,
    versions: { 'ldm-runner': ownVersion(), [engine.name]: engine.version },
  });
  writeRunRecord(run.record, record);
}

export interface LoggersOptions {
  /** `lightning.logger`; TensorBoard where there is none. */
  readonly config: ComponentConfig | undefined;
  readonly isOn: boolean;
  /** Of a run that goes on in its folder. */
  readonly resumedStep: number | undefined;
  /** Whether what is logged is added to what a run logged, which stays as it is. */
  readonly isAdded?: boolean;
}

/** The run's loggers; what an earlier attempt logged after the step it resumes from is taken back. */
export async function openLoggers(
  run: RunFolder,
  { config, isOn, resumedStep, isAdded }: LoggersOptions,
): Promise<Logger> {
  if (!isOn) return new CompositeLogger([]);
  const open = await instantiateFromConfig<OpenLogger>(config ?? 'TensorBoardLogger', registry);
  if (resumedStep !== undefined) truncateMetrics(run.metrics, resumedStep);
  const options = isAdded ? { purgeStep: null } : resumedStep === undefined ? {} : { purgeStep: resumedStep + 1 };
  return new CompositeLogger([open(run, options), new MetricsFile(run.metrics)]);
}
