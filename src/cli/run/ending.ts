import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listCheckpoints } from '../../io/list-checkpoints.js';
import type { RunFolder } from '../../io/run-folder.js';
import { formatValue } from '../../logging/format.js';
import type { Callback } from '../../train/callbacks/callback.js';
import { ModelCheckpoint } from '../../train/callbacks/model-checkpoint.js';
import { readNewestCheckpoint } from '../../train/checkpoint-file.js';
import type { Trainer } from '../../train/trainer.js';
import { alignFacts } from '../columns.js';
import { relativePath } from './relative-path.js';

export interface EndedRun {
  readonly folder: RunFolder;
  readonly trainer: Trainer;
  /** The verb that shows what was learned: a first stage draws nothing, it is measured. */
  readonly next: 'sample' | 'test';
  readonly callbacks: Readonly<Record<string, Callback>>;
  /** What stopped it before its time. */
  readonly signal: NodeJS.Signals | undefined;
}

/** What a run leaves that came to its end or was stopped, and what to do next. */
export function summary({ folder, trainer, next: verb, callbacks, signal }: EndedRun): string {
  const path = relativePath(folder.path);
  const last = join(folder.checkpoints, 'last.ckpt');
  const ended = signal === undefined ? 'done' : `stopped by ${signal}`;
  const next: readonly [string, string] =
    signal === undefined ? [verb, `npx ldm ${verb} ${path}`] : ['go on', `npx run --resume ${path}`];
  const isSaved = existsSync(last);
  const best = Object.values(callbacks).flatMap((callback) =>
    callback instanceof ModelCheckpoint ? (callback.bestIn(folder) ?? []) : [],
  );
  return alignFacts([
    [ended, `step ${trainer.globalStep}, epoch ${trainer.currentEpoch}`],
    ...(trainer.requests.earlyStopReason === undefined
      ? []
      : [['ended early', trainer.requests.earlyStopReason] as const]),
    ...(isSaved ? [['checkpoint', relativePath(last)] as const] : []),
    ...best.map(
      ({ path, monitor, score }) => ['best', `${relativePath(path)} (${monitor} ${formatValue(score)})`] as const,
    ),
    ['images', relativePath(folder.images.train)],
    ...(existsSync(folder.metrics) ? [['metrics', relativePath(folder.metrics)] as const] : []),
    ['curves', `tensorboard --logdir ${path}`],
    ...(isSaved ? [next] : []),
  ]);
}

/** What a run leaves that failed; why, is said last, as of every command. */
export function failure(folder: RunFolder, trainer: Trainer): string {
  const path = relativePath(folder.path);
  const { path: good, checkpoint } = readNewestCheckpoint(listCheckpoints(folder.path));
  const saved: (readonly [string, string])[] =
    good !== undefined && checkpoint
      ? [
          ['saved', `${relativePath(good)}, step ${checkpoint.progress.globalStep}`],
          ['go on', `npx run --resume ${path}`],
        ]
      : [['saved', 'no checkpoint']];
  return alignFacts([
    ['failed', `after step ${trainer.globalStep}, epoch ${trainer.currentEpoch}`],
    ...saved,
    ['logged', path],
  ]);
}
