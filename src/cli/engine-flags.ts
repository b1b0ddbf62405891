import {
  deviceNamed,
  engineNames,
  selectEngine,
  type Device,
  type EngineInfo,
  type Precision,
} from '../engine/index.js';
import { booleanFlag, choiceFlag, integerFlag, textFlag, type Flags } from './flags.js';

/**
 * The engine that these flags ask for. They are checked at once, the engine starts when the function returned is called:
 * everything else that can be wrong with a command is found before. The precision is no flag of every command's, and a device
 * may be chosen elsewhere too.
 */
export function engineFromFlags(flags: Flags): (precision?: Precision, device?: Device) => Promise<EngineInfo> {
  const name = choiceFlag(flags, 'engine', ['auto', ...engineNames], 'auto');
  const flagged = deviceNamed(textFlag(flags, 'device') ?? 'auto');
  const threads = integerFlag(flags, 'threads');
  const tf32 = booleanFlag(flags, 'tf32', false);
  return (precision = '32', device = flagged) =>
    selectEngine(name, { device, tf32, precision, ...(threads !== undefined && { threads }) });
}
