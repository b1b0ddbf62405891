import { isNotBuilt, lightningTrainerParams } from '../../train/lightning-options.js';

/** One flag of `ldm run`, as CompVis's `main.py` has it or as ours. */
export interface RunFlag {
  readonly name: string;
  readonly short?: string;
  /** What the help calls its value. */
  readonly value: string;
  /** Whether the value may be left out, which then is true. */
  readonly isSwitch?: boolean;
  /** Whether it may come more than once. */
  readonly isList?: boolean;
  /** What its value may be, for messages: in words or as a JSON Schema. */
  readonly expected: unknown;
  readonly description: string;
}

const truth = { value: 'bool', isSwitch: true, expected: 'true or false' };

/** The flags that engine-flags.ts reads. */
export const engineFlags: readonly RunFlag[] = [
  {
    name: 'engine',
    value: 'name',
    expected: 'auto, torch, tensorflow, wasm or cpu',
    description: 'auto, torch, tensorflow, wasm or cpu (default: auto)',
  },
  {
    name: 'device',
    value: 'name',
    expected: 'auto, cpu, cuda or cuda:N',
    description: 'auto, cpu, cuda or cuda:N; auto takes a GPU where the engine can (default: auto)',
  },
  {
    name: 'threads',
    value: 'n',
    expected: 'a whole number from 1 on',
    description: 'Threads of the engine (default: all logical cores)',
  },
  {
    name: 'tf32',
    ...truth,
    description: 'On a GPU: let products round to TensorFloat-32 (default: false)',
  },
];

const ownFlags: readonly RunFlag[] = [
  {
    name: 'base',
    short: 'b',
    value: 'config',
    isList: true,
    expected: 'a config',
    description: 'A config, as CompVis gives it, or several',
  },
  { name: 'train', short: 't', ...truth, description: 'Train (default); false to test alone' },
  { name: 'no-test', ...truth, description: 'Do not run the test set after training' },
  {
    name: 'resume',
    short: 'r',
    value: 'path',
    expected: 'a run folder, a checkpoint file, latest:NAME or auto',
    description:
      'Go on with a run folder, a checkpoint file or latest:NAME, the newest of a name; auto: with the run that this command began, if any',
  },
  { name: 'name', short: 'n', value: 'name', expected: 'text', description: "Part of the run folder's name" },
  { name: 'postfix', short: 'f', value: 'text', expected: 'text', description: "End of the run folder's name" },
  {
    name: 'logdir',
    short: 'l',
    value: 'folder',
    expected: 'a folder',
    description: 'Folder of the runs (default: runs)',
  },
  {
    name: 'project',
    short: 'p',
    value: 'name',
    expected: 'text',
    description: 'No effect, as in CompVis: --name and --logdir say where a run lies',
  },
  {
    name: 'seed',
    short: 's',
    value: 'n',
    expected: 'a whole number from 0 on',
    description: 'Seed of all random numbers (default: 23)',
  },
  {
    name: 'scale_lr',
    ...truth,
    description: 'Multiply the base learning rate by batch size, accumulation and devices (default: true)',
  },
  ...engineFlags,
  { name: 'debug', short: 'd', ...truth, description: 'Show stack traces of errors' },
];

const trainerFlags: readonly RunFlag[] = Object.entries(lightningTrainerParams.properties).map(([name, schema]) => {
  const { type, description = '' } = schema as { type?: string | readonly string[]; description?: string };
  return {
    name,
    value: 'value',
    isSwitch: [type].flat().includes('boolean'),
    expected: schema,
    description: `Trainer: ${description}`,
  };
});

/** Every flag of `ldm run`: the one list that its command line, its help and the answers to typos are made of. */
export const runFlags: readonly RunFlag[] = [...ownFlags, ...trainerFlags];

/** Those that do something: the ones to show and to offer. */
export const usefulFlags = runFlags.filter(({ name }) => !isNotBuilt(name));

/** Whether a flag is an option of `lightning.trainer`. */
export function isTrainerFlag(name: string): boolean {
  return Object.hasOwn(lightningTrainerParams.properties, name);
}

/** `-b, --base <config>`; square brackets where the value may be left out. */
export function usage({ name, short, value, isSwitch }: RunFlag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name} ${isSwitch ? `[${value}]` : `<${value}>`}`;
}
