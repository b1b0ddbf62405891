import { join } from 'node:path';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { createRunFolder, formatRunTime, runFolder, type RunFolder } from '../../io/run-folder.js';
import { describeRun, writeRunRecord } from '../../io/run-record.js';
import type { EngineInfo } from '../../engine/index.js';
import { CompositeLogger } from '../../logging/composite-logger.js';
import type { Logger } from '../../logging/logger.js';
import { MetricsFile, truncateMetrics } from '../../logging/metrics-file.js';
import { TensorBoardLogger } from '../../logging/tensorboard.js';
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

/** The run's loggers; what an earlier attempt logged after the step it resumes from is taken back. */
export function openLoggers(run: RunFolder, resumedStep: number | undefined): Logger {
  if (resumedStep !== undefined) truncateMetrics(run.metrics, resumedStep);
  const options = resumedStep === undefined ? {} : { purgeStep: resumedStep + 1 };
  return new CompositeLogger([new TensorBoardLogger(run.tensorboard, options), new MetricsFile(run.metrics)]);
}
