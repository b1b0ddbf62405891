import { join } from 'node:path';
import { instantiateFromConfig, type ComponentConfig, type Registry } from '../../config/index.js';
import { writeFileAtomically } from '../../io/atomic-write.js';
import { requireWritable } from '../../io/require-writable.js';
import { createRunFolder, formatRunTime, type RunFolder } from '../../io/run-folder.js';
import { describeRun, readRunRecord, withResumption, writeRunRecord, type RunRecord } from '../../io/run-record.js';
import type { EngineInfo } from '../../engine/index.js';
import { CompositeLogger } from '../../logging/composite-logger.js';
import { cutEventFiles, type EventBytes } from '../../logging/event-files.js';
import type { Logger } from '../../logging/logger.js';
import { MetricsFile, truncateMetrics } from '../../logging/metrics-file.js';
import type { OpenLogger } from '../../logging/open-tensorboard.js';
import { cutTornRecords } from '../../logging/torn-records.js';
import { ownVersion } from '../doctor/packages.js';
import type { resolvedConfigs } from '../experiment.js';
import type { RunRequest } from './request.js';

/** A new folder for a run. */
export function newRunFolder(request: RunRequest): RunFolder {
  return createRunFolder({
    logdir: request.logdir,
    config: request.configs[0] ?? 'resumed',
    name: request.name,
    postfix: request.postfix,
  });
}

export interface RunFilesOptions extends Pick<RunRecord, 'seed' | 'scaleLr' | 'engineFlags'> {
  /** The files, as they were given. */
  readonly configFiles: readonly string[];
  readonly configs: ReturnType<typeof resolvedConfigs>;
  readonly engine: EngineInfo;
}

/** Keeps what it takes to know, and to repeat, what was run; of a run that goes on, beside what is kept of its beginning. */
export function writeRunFiles(
  run: RunFolder,
  { configFiles, configs, seed, scaleLr, engineFlags, engine }: RunFilesOptions,
): void {
  const time = formatRunTime(new Date());
  requireWritable(run.record);
  requireWritable(join(run.configs, time));
  requireWritable(join(run.checkpoints, 'last.ckpt'));
  writeFileAtomically(join(run.configs, `${time}-project.yaml`), configs.project);
  writeFileAtomically(join(run.configs, `${time}-lightning.yaml`), configs.lightning);
  const record = describeRun({
    command: process.argv.slice(1),
    configs: configFiles,
    seed,
    scaleLr,
    engineFlags,
    engine: engine.name,
    device: engine.device,
    precision: engine.precision,
    versions: { 'ldm-runner': ownVersion(), [engine.name]: engine.version },
  });
  const first = readRunRecord(run.record);
  writeRunRecord(run.record, first ? withResumption(first, record) : record);
}

/** Up to where an earlier attempt's logs count. */
export interface LoggedSoFar {
  readonly step: number;
  /** Of `metrics.jsonl`; unknown for checkpoints of earlier versions. */
  readonly bytes?: number | undefined;
  /** Of each event file in the run's folder; unknown for checkpoints of earlier versions. */
  readonly eventBytes?: EventBytes | undefined;
}

export interface LoggersOptions {
  /** With the components of the user's own, of which the logger may be one. */
  readonly registry: Registry;
  /** `lightning.logger`; TensorBoard where there is none. */
  readonly config: ComponentConfig | undefined;
  readonly isOn: boolean;
  /** Of a run that goes on in its folder. */
  readonly resumed: LoggedSoFar | undefined;
  /** Whether what is logged is added to what a run logged, which stays as it is. */
  readonly isAdded?: boolean;
}

/** The run's loggers; what an earlier attempt logged after the step it resumes from is taken back. */
export async function openLoggers(
  run: RunFolder,
  { registry, config, isOn, resumed, isAdded }: LoggersOptions,
): Promise<Logger> {
  if (!isOn) return new CompositeLogger([]);
  const open = await instantiateFromConfig<OpenLogger>(config ?? 'TensorBoardLogger', registry);
  if (resumed) {
    truncateMetrics(run.metrics, resumed.step, resumed.bytes);
    if (resumed.eventBytes) cutEventFiles(run.tensorboard, resumed.eventBytes);
    cutTornRecords(run.tensorboard);
  }
  const options = isAdded ? { purgeStep: null } : resumed ? { purgeStep: resumed.step + 1 } : {};
  return new CompositeLogger([open(run, options), new MetricsFile(run.metrics)]);
}
