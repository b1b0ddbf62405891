import { statSync } from 'node:fs';
import { extname } from 'node:path';
import type { ConfigText } from '../../config/index.js';
import { FileError } from '../../errors.js';
import { checkpointExtensions, listCheckpoints } from '../../io/list-checkpoints.js';
import { checkpointOfRun, parseRunReference, runOfReference, type RunReference } from '../../io/run-reference.js';
import { readCheckpointConfig } from '../../train/checkpoint-file.js';
import { configOfCheckpoint } from '../load-config.js';
import { configsOfRun } from '../run/request.js';

/**
 * The configs that a path stands for, to be merged: a file itself, of a run folder, or `latest:NAME`, the newest that it
 * keeps, of a checkpoint the one in it.
 * @throws FileError where there is none
 */
export function configsAt(word: string): readonly (string | ConfigText)[] {
  const reference = parseRunReference(word);
  const path = reference ? placeOf(reference) : word;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return configsIn(path);
  return checkpointExtensions.has(extname(path)) ? embeddedIn(path) : [path];
}

function placeOf(reference: RunReference): string {
  return reference.which === undefined ? runOfReference(reference).path : checkpointOfRun(reference).path;
}

function configsIn(folder: string): readonly (string | ConfigText)[] {
  const configs = configsOfRun(folder);
  if (configs.length > 0) return configs;
  const [checkpoint] = listCheckpoints(folder);
  if (checkpoint !== undefined) return embeddedIn(checkpoint);
  throw new FileError({
    where: folder,
    problem: 'keeps no config',
    expected: 'a run folder, which has configs/, a checkpoint or a YAML file',
  });
}

function embeddedIn(checkpoint: string): readonly ConfigText[] {
  return [configOfCheckpoint(checkpoint, readCheckpointConfig(checkpoint))];
}
