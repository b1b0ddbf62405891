import { engineNames, selectEngine, type EngineInfo } from '../engine/index.js';
import { choiceFlag, integerFlag, type Flags } from './flags.js';

/**
 * The engine that `--engine` and `--threads` ask for. The flags are checked at once, the engine starts when the function
 * returned is called: everything else that can be wrong with a command is found before.
 */
export function engineFromFlags(flags: Flags): () => Promise<EngineInfo> {
  const name = choiceFlag(flags, 'engine', ['auto', ...engineNames], 'auto');
  const threads = integerFlag(flags, 'threads');
  return () => selectEngine(name, threads === undefined ? {} : { threads });
}
