import type { Problem } from '../errors.js';

/**
 * The options of `lightning.trainer` that choose devices, as PyTorch Lightning 1.4 to 1.9 spell them. Training runs on
 * one device: what asks for more is a mistake, what only says how several would work together has no effect.
 */
export const deviceProperties = {
  gpus: {
    type: ['integer', 'string', 'array', 'null'],
    items: { type: 'integer', minimum: 0 },
    description: 'The GPU: `0,` or [0] is the first, 1 is any one, 0 is none; null to take one where there is one.',
  },
  devices: {
    type: ['integer', 'string', 'array', 'null'],
    items: { type: 'integer', minimum: 0 },
    description: 'How many devices of the accelerator, or which: 1, `0,` or [0], or auto.',
  },
  accelerator: {
    type: ['string', 'null'],
    description: 'cpu, gpu or auto; the strategies that it once named have no effect on one device.',
  },
  strategy: { type: ['string', 'null'], description: 'How several devices share the work: no effect on one.' },
  distributed_backend: { type: ['string', 'null'], description: 'The same as strategy, under its former name.' },
  num_nodes: { type: ['integer', 'null'], minimum: 1, description: 'Machines to train on: 1.' },
  num_processes: { type: ['integer', 'null'], minimum: 1, description: 'Processes to train in: 1.' },
} as const;

/** A device that a config asks for. `any` is a GPU, whichever; `all` is that too, unless there are several. */
export type WantedDevice = 'auto' | 'cpu' | { readonly gpu: number | 'any' | 'all' };

type Options = Readonly<Record<string, unknown>>;
type Mistake = Problem & { readonly option: string };

/** Several processes with one device each, or one with several: on one device all of them are the same. */
const strategies = /^(?:auto|single_device|dp|ddp\w*)$/;
const accelerators = ['auto', 'cpu', 'gpu', 'cuda'];

/** The device that the options ask for; `auto` where they do not say. Call where {@link deviceProblems} finds none. */
export function wantedDevice(options: Options): WantedDevice {
  const byGpus = read('gpus', options.gpus);
  if (byGpus && 'device' in byGpus) return byGpus.device;
  const { accelerator } = options;
  if (accelerator === 'cpu') return 'cpu';
  const byDevices = read('devices', options.devices);
  const gpu = byDevices && 'device' in byDevices && typeof byDevices.device === 'object' ? byDevices.device : undefined;
  if (accelerator === 'gpu' || accelerator === 'cuda') return gpu ?? { gpu: 'any' };
  // A number of devices of no particular kind is met by any.
  return typeof gpu?.gpu === 'number' ? gpu : 'auto';
}

/** What of the options cannot be had. Values of a wrong type are for the schema to say. */
export function deviceProblems(options: Options): Mistake[] {
  const problems: Mistake[] = [];
  for (const option of ['gpus', 'devices'] as const) {
    const found = read(option, options[option]);
    if (found && 'problem' in found) problems.push({ option, ...found });
  }
  for (const option of ['num_nodes', 'num_processes'] as const) {
    const value = options[option];
    if (typeof value === 'number' && value > 1) problems.push({ option, ...severalDevices(String(value), '1') });
  }
  const { accelerator, strategy, distributed_backend: backend } = options;
  if (typeof accelerator === 'string' && !accelerators.includes(accelerator) && !strategies.test(accelerator)) {
    problems.push({
      option: 'accelerator',
      problem: 'there is no such accelerator here',
      found: accelerator,
      expected: accelerators.join(', '),
      remedy: 'leave it out to take a GPU where there is one',
    });
  }
  for (const [option, value] of Object.entries({ strategy, distributed_backend: backend })) {
    if (typeof value !== 'string' || strategies.test(value)) continue;
    problems.push({
      option,
      problem: 'this strategy is not built',
      found: value,
      expected: 'ddp or dp, which have no effect on one device',
      remedy: 'leave it out',
    });
  }
  return problems;
}

/** What a reader should know of options that do less than they say. */
export function deviceNotes(options: Options): string[] {
  const { gpus, accelerator, strategy, distributed_backend: backend } = options;
  const notes: string[] = [];
  if (gpus === 0 || gpus === '0') notes.push('gpus: 0 asks for no GPU, as in Lightning; the first GPU is "0,"');
  for (const [option, value] of Object.entries({ accelerator, strategy, distributed_backend: backend })) {
    if (typeof value !== 'string' || value === 'auto' || value === 'single_device' || !strategies.test(value)) continue;
    notes.push(`${option}: ${value} has no effect: training runs on one device`);
  }
  return notes;
}

/** Lightning's readings: a whole number is how many, text with a comma and a list are which. */
function read(option: 'gpus' | 'devices', value: unknown): { device: WantedDevice } | Problem | undefined {
  if (value === 'auto') return option === 'devices' ? { device: { gpu: 'any' } } : undefined;
  if (typeof value !== 'number' && typeof value !== 'string' && !Array.isArray(value)) return undefined;
  const text = (Array.isArray(value) ? value.join(',') : String(value)).trim();
  if (Array.isArray(value) || text.includes(',')) {
    const indices = text.split(',').filter((part) => part.trim() !== '');
    if (indices.some((index) => !/^\s*\d+\s*$/.test(index))) return unreadable(text);
    const [index, ...others] = indices.map(Number);
    if (index === undefined) return { device: 'cpu' };
    return others.length > 0 ? severalDevices(text, `"${index},"`) : { device: { gpu: index } };
  }
  if (!/^-?\d+$/.test(text)) return unreadable(text);
  const count = Number(text);
  if (count === -1) return { device: { gpu: 'all' } };
  if (count === 0) return { device: 'cpu' };
  if (count === 1) return { device: { gpu: 'any' } };
  return count < 0 ? unreadable(text) : severalDevices(text, '1, or "0,"');
}

function unreadable(found: string): Problem {
  return {
    problem: 'cannot be read as devices',
    found,
    expected: 'a number of devices, or which: "0,"',
    remedy: '"0," for the first GPU',
  };
}

function severalDevices(found: string, instead: string): Problem {
  return {
    problem: 'training on several devices is not built: a run has one',
    found,
    expected: 'one device',
    remedy: `write ${instead}; accumulate_grad_batches takes the batch to the same size`,
  };
}
