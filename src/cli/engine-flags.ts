import { deviceNamed, engineNames, selectEngine, type EngineInfo } from '../engine/index.js';
import { booleanFlag, choiceFlag, integerFlag, textFlag, type Flags } from './flags.js';

/**
 * The engine that these flags ask for. They are checked at once, the engine starts when the function returned is called:
 * everything else that can be wrong with a command is found before.
 */
export function engineFromFlags(flags: Flags): () => Promise<EngineInfo> {
  const name = choiceFlag(flags, 'engine', ['auto', ...engineNames], 'auto');
  const device = deviceNamed(textFlag(flags, 'device') ?? 'auto');
  const threads = integerFlag(flags, 'threads');
  const tf32 = booleanFlag(flags, 'tf32', false);
  return () => selectEngine(name, { device, tf32, ...(threads !== undefined && { threads }) });
}
