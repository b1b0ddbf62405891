import { basename, join } from 'node:path';
import { makeFolder } from '../io/make-folder.js';
import type { RunFolder } from '../io/run-folder.js';
import type { Params } from '../params.js';
import type { Logger } from './logger.js';
import { TensorBoardLogger, type TensorBoardOptions } from './tensorboard.js';
import type { tensorBoardLoggerParams } from './tensorboard-logger.params.js';

/** What a logger of a config is before there is a run. */
export type OpenLogger = (run: RunFolder, options: TensorBoardOptions) => Logger;

/** The folder of a run's event files: of its own, or `save_dir/name/version`, where a version `N` is `version_N`. */
export function tensorBoardFolder(
  { save_dir: folder, name, version }: Pick<Params<typeof tensorBoardLoggerParams>, 'save_dir' | 'name' | 'version'>,
  run: RunFolder,
): string {
  const own = folder === null ? '' : basename(run.path);
  const last = typeof version === 'number' ? `version_${version}` : (version ?? own);
  return join(folder ?? run.tensorboard, name ?? '', last);
}

/** Opens a TensorBoardLogger as a config describes it. */
export function openTensorBoard(params: Params<typeof tensorBoardLoggerParams>): OpenLogger {
  return (run, options) => {
    const folder = tensorBoardFolder(params, run);
    makeFolder(folder);
    return new TensorBoardLogger(folder, options);
  };
}
