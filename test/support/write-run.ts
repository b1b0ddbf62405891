import { mkdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RUN_CHECKPOINT_KEY, type KeptCheckpoints } from '../../src/io/run-checkpoint.js';
import { writeSafetensors } from '../../src/io/safetensors.js';

/** What a ModelCheckpoint of these scores says of itself. */
export const kept = (...best: [file: string, score: number | null][]): KeptCheckpoints => ({
  best: best.map(([file, score]) => ({ file, score })),
  monitor: 'val/loss',
  dirpath: null,
});

type Callbacks = Readonly<Record<string, Partial<KeptCheckpoints>>>;

/** A checkpoint without weights whose callbacks say so, of this age. */
export function writeState(path: string, callbacks: Callbacks, seconds: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeSafetensors(path, new Map(), { [RUN_CHECKPOINT_KEY]: JSON.stringify({ progress: { callbacks } }) });
  utimesSync(path, seconds, seconds);
}

/** A run with a last checkpoint that says what the best ones are, and these beside it; returns their folder. */
export function writeRun(logdir: string, name: string, callbacks: Callbacks, files: readonly string[] = []): string {
  const folder = join(logdir, name, 'checkpoints');
  for (const file of files) writeState(join(folder, file), {}, 100);
  writeState(join(folder, 'last.ckpt'), callbacks, 200);
  return folder;
}
