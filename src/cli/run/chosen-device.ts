import { UserError } from '../../errors.js';
import { probeEngines, type Device } from '../../engine/index.js';
import { wantedDevice, type WantedDevice } from '../../train/trainer-devices.js';
import { textFlag, type Flags } from '../flags.js';

/** What a run computes on, as far as the command and the config say. */
export interface ChosenDevice {
  /** Left out where nothing but `--device` counts. */
  readonly name?: Device;
  /** What the user should know of it. */
  readonly note?: string;
}

/**
 * The device of a run: `--device` before what `lightning.trainer` says (`--gpus 0,`, `accelerator`). A GPU that a
 * config asks for is no must, unlike one that `--device` names: where there is none at all, the CPU takes its place.
 *
 * @param gpus of the torch engine; asked only where it matters
 * @throws UserError for all GPUs where there are several
 */
export async function chosenDevice(
  flags: Flags,
  options: Readonly<Record<string, unknown>>,
  gpus: () => Promise<number> = gpuCount,
): Promise<ChosenDevice> {
  const wanted = wantedDevice(options);
  if (wanted === 'auto') return {};
  const flagged = textFlag(flags, 'device');
  if (flagged !== undefined && flagged !== 'auto') {
    return { note: `--device ${flagged} counts, not ${inWords(wanted)} that lightning.trainer asks for` };
  }
  if (wanted === 'cpu') return { name: 'cpu' };
  const engine = textFlag(flags, 'engine') ?? 'auto';
  // TensorFlow chooses among its GPUs itself.
  if (engine === 'tensorflow') return {};
  const count = engine === 'auto' || engine === 'torch' ? await gpus() : 0;
  if (count === 0) return { note: `${inWords(wanted)} was asked for and the engine sees none: training without` };
  if (wanted.gpu === 'all' && count > 1) {
    throw new UserError({
      path: 'lightning.trainer.gpus',
      problem: 'training on several devices is not built: a run has one',
      found: `-1: all ${count} GPUs`,
      remedy: '--gpus 0, for the first',
    });
  }
  return { name: typeof wanted.gpu === 'number' ? `cuda:${wanted.gpu}` : 'cuda' };
}

function inWords(wanted: Exclude<WantedDevice, 'auto'>): string {
  if (wanted === 'cpu') return 'the CPU';
  return typeof wanted.gpu === 'number' ? `GPU ${wanted.gpu}` : 'a GPU';
}

async function gpuCount(): Promise<number> {
  const torch = (await probeEngines()).find(({ name }) => name === 'torch');
  return torch?.cuda?.devices ?? 0;
}
