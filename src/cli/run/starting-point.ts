import { annotate, annotatedValues, loadExperimentTree, type AnnotatedValue } from '../../config/index.js';
import { UserError } from '../../errors.js';
import { listCheckpoints } from '../../io/list-checkpoints.js';
import { runFolder, runsNamed, type RunFolder } from '../../io/run-folder.js';
import { lockRunFolder, type RunLock } from '../../io/run-lock.js';
import { readRunRecord, type RunRecord } from '../../io/run-record.js';
import { readNewestCheckpoint, type Checkpoint } from '../../train/checkpoint-file.js';
import { compareConfigs, describeDifference } from '../diff/compare.js';
import { allConfigsOfRun, type RunRequest } from './request.js';

/** Where a run takes up: an earlier one's checkpoint and folder, or neither. */
export interface StartingPoint {
  /** What to go on from; without it training begins at its beginning. */
  readonly checkpoint?: Checkpoint;
  /** The folder to go on in; without it a new one is made. */
  readonly folder?: RunFolder;
  /** On that folder: no other process writes there from before its checkpoints are looked at. */
  readonly lock?: RunLock;
  /** What is known of the run in that folder. */
  readonly record?: Partial<RunRecord> | undefined;
  /** What to say of the choice: what is wrong with newer checkpoints. */
  readonly warnings: readonly string[];
  /** One line that says which. */
  readonly note?: string;
}

const NEW_RUN: StartingPoint = { warnings: [] };

/**
 * What `--resume PATH` means: the newest whole checkpoint of a run, or the one that it names. A run that was stopped before
 * its first checkpoint begins anew in its folder.
 * @throws UserError where another process writes into the run's folder, or there are checkpoints and none is whole
 */
export async function requestedStart({ checkpoints, resumeFolder }: RunRequest): Promise<StartingPoint> {
  const folder = resumeFolder === undefined ? undefined : runFolder(resumeFolder);
  if (checkpoints.length === 0 && !folder) return NEW_RUN;
  const lock = folder && (await lockRunFolder(folder.path));
  const { checkpoint, path, damaged } = readNewestCheckpoint(checkpoints);
  if (!checkpoint && damaged.length > 0) throw new UserError(damaged.flatMap(({ problems }) => problems));
  return {
    ...(checkpoint && { checkpoint }),
    ...(folder && { folder, record: readRunRecord(folder.record) }),
    ...(lock && { lock }),
    warnings: damaged.map(({ message }) => message),
    ...(path === undefined
      ? { note: 'the run has no checkpoint yet: beginning anew in its folder' }
      : damaged.length > 0 && { note: `going on from ${describe(path, checkpoint)}` }),
  };
}

/**
 * What `--resume auto` means: the newest run in the same folder of runs, of the same name, configuration, seed and
 * `--scale_lr`, from its newest whole checkpoint; a new run where there is none. Where checkpoints are there and none is
 * whole, that run's folder is left as it is.
 * @param config the whole resolved configuration, as runs keep it
 * @throws UserError where another process is training that run
 */
export async function automaticStart(request: RunRequest, config: string): Promise<StartingPoint> {
  const { logdir, configs, name, postfix, seed, scaleLr } = request;
  const named = runsNamed({ logdir, config: configs[0] ?? '', name, postfix });
  for (const folder of named) {
    const record = readRunRecord(folder.record);
    const isSame = record?.seed === seed && (record.scaleLr ?? true) === scaleLr;
    if (!isSame || !allConfigsOfRun(folder.path).includes(config)) continue;
    const lock = await lockRunFolder(folder.path);
    const { checkpoint, path, damaged } = readNewestCheckpoint(listCheckpoints(folder.path));
    const warnings = damaged.map(({ message }) => message);
    if (checkpoint) {
      return { checkpoint, folder, lock, record, warnings, note: `resume auto: ${describe(path, checkpoint)}` };
    }
    if (damaged.length > 0) {
      lock.release();
      return { warnings, note: `resume auto: ${folder.path} has no whole checkpoint: beginning a new run` };
    }
    return {
      folder,
      lock,
      record,
      warnings,
      note: `resume auto: ${folder.path} has no checkpoint yet: beginning anew in it`,
    };
  }
  const others = named.length === 0 ? '' : ` (${named.length} of this name with other configurations, seeds or rates)`;
  return { warnings: [], note: `resume auto: no such run in ${logdir}${others}: beginning a new one` };
}

/** What the command line sets otherwise than the run it goes on with: each a line to report. */
export function contradictions(request: RunRequest, start: StartingPoint, config: string): string[] {
  const { checkpoint, record } = start;
  const { seed = request.seed, scaleLr = request.scaleLr } = settingsOf(start);
  const ignored = [
    ...(request.isSeedGiven && request.seed !== seed
      ? [`--seed ${request.seed} is ignored: the run goes on with its own seed ${seed}`]
      : []),
    ...(request.flags.scale_lr !== undefined && request.scaleLr !== scaleLr
      ? [`--scale_lr ${request.scaleLr} is ignored: the run goes on with --scale_lr ${scaleLr}`]
      : []),
  ];
  const flags = Object.entries(record?.engineFlags ?? {}).flatMap(([name, value]) => {
    const given = request.flags[name];
    return given === undefined || given === value
      ? []
      : [
          `--${name} was ${JSON.stringify(value)} and is ${JSON.stringify(given)} now: numbers may differ from those of one run`,
        ];
  });
  const differences =
    checkpoint && checkpoint.config !== config
      ? compareConfigs(valuesOf(checkpoint.config), valuesOf(config), (target) => target)
      : [];
  return [...ignored, ...flags, ...differences.map((one) => `changed since: ${describeDifference(one, false)}`)];
}

/** The settings that a run keeps to, whatever the command line that goes on with it says. */
export function settingsOf({ checkpoint, record }: StartingPoint): { seed?: number; scaleLr?: boolean } {
  const seed = checkpoint?.progress.seed ?? record?.seed;
  const scaleLr = checkpoint?.progress.scaleLr ?? record?.scaleLr;
  return { ...(seed !== undefined && { seed }), ...(scaleLr !== undefined && { scaleLr }) };
}

function describe(path = '', checkpoint?: Checkpoint): string {
  return `${path}, step ${checkpoint?.progress.globalStep ?? 0}`;
}

function valuesOf(text: string): AnnotatedValue[] {
  return annotatedValues(annotate(loadExperimentTree([{ name: 'config', text }]).root));
}
