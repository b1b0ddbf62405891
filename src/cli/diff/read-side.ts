import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { loadExperimentTree, type ConfigTree } from '../../config/index.js';
import { FileError } from '../../errors.js';
import { checkpointExtensions, listCheckpoints } from '../../io/find-checkpoint.js';
import { readCheckpointConfig } from '../../train/checkpoint-file.js';
import { configsOfRun } from '../run/request.js';

/**
 * The config that a path stands for: a file itself, of a run folder the newest that it keeps, of a checkpoint the one in it.
 * @throws FileError or ConfigError where there is none that can be read
 */
export function readSide(path: string): ConfigTree {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return readRun(path);
  return checkpointExtensions.has(extname(path)) ? readEmbedded(path) : loadExperimentTree([path]);
}

function readRun(folder: string): ConfigTree {
  const configs = configsOfRun(folder);
  if (configs.length > 0) return loadExperimentTree(configs);
  const [checkpoint] = listCheckpoints(folder);
  if (checkpoint !== undefined) return readEmbedded(checkpoint);
  throw new FileError({
    where: folder,
    problem: 'keeps no config',
    expected: 'a run folder, which has configs/, a checkpoint or a YAML file',
  });
}

function readEmbedded(checkpoint: string): ConfigTree {
  return loadExperimentTree([{ name: `${checkpoint} (its config)`, text: readCheckpointConfig(checkpoint) }]);
}
