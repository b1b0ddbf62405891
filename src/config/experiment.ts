import { type ParamsSchema } from '../params.js';
import type { ParamProblem, Registry } from './component.js';
import type { MissingFile } from './needed-files.js';
import { toPlain, type ConfigTree, type MapNode, type Path } from './tree.js';
import { validateConfig, type ComponentConfig, type SlotOptions } from './validate.js';

/** What an experiment file takes beyond what the registry says; the caller knows the trainer, this folder does not. */
export interface ExperimentOptions {
  /** The parameters of the trainer: the keys under `lightning.trainer`. */
  readonly trainer: ParamsSchema;
  /** Finds in the trainer's parameters, as they are written, what to say better than their schema would. */
  readonly checkTrainer?: (params: Readonly<Record<string, unknown>>) => readonly ParamProblem[];
  /** The kinds that the sections take. */
  readonly kinds?: Partial<Record<'model' | 'data' | 'callback' | 'logger', string | readonly string[]>>;
  /** Targets of the entries under `lightning` that name none. */
  readonly defaultTargets?: {
    readonly callbacks?: Readonly<Record<string, string>>;
    readonly modelcheckpoint?: string;
    readonly logger?: string;
  };
  /** What may be absent, e.g. `data` when a model is only to be inspected. */
  readonly optional?: readonly ('data' | 'base_learning_rate')[];
}

/** A validated experiment: plain values with every default filled in. */
export interface Experiment {
  readonly model: ComponentConfig & { readonly base_learning_rate?: number };
  /** Absent only where the options make it optional. */
  readonly data?: ComponentConfig;
  readonly trainer: Readonly<Record<string, unknown>>;
  readonly callbacks: Readonly<Record<string, ComponentConfig>>;
  readonly modelcheckpoint?: ComponentConfig;
  readonly logger?: ComponentConfig;
  /** The merged config as written, with origins and without defaults. */
  readonly tree: ConfigTree;
  /** The files that it names and that are not there: to be reported, or refused, before anything is built. */
  readonly missing: readonly MissingFile[];
}

/** Validates an experiment file. Throws one ConfigError with all its problems, sorted by place. */
export function validateExperiment(tree: ConfigTree, registry: Registry, options: ExperimentOptions): Experiment {
  const { defaultTargets = {}, optional = [] } = options;
  const slotRules = ([section, key, name, ...deeper]: Path): SlotOptions | undefined => {
    if (section === 'model' && key === undefined) {
      const required = optional.includes('base_learning_rate') ? [] : ['base_learning_rate'];
      return { keys: { base_learning_rate: { type: 'number', minimum: 0 } }, required };
    }
    if (section !== 'lightning' || deeper.length > 0) return undefined;
    if (key === 'callbacks') return { defaultTarget: ownValue(defaultTargets.callbacks, String(name)) };
    if (name !== undefined) return undefined;
    if (key === 'modelcheckpoint') return { defaultTarget: defaultTargets.modelcheckpoint };
    return key === 'logger' ? { defaultTarget: defaultTargets.logger } : undefined;
  };
  const { values, missing } = validateConfig(
    withoutEmptySections(tree),
    experimentSchema(options),
    registry,
    slotRules,
    (config) => trainerProblems(config, options),
  );
  const { lightning, ...sections } = values as unknown as Pick<Experiment, 'model' | 'data'> & {
    lightning: Omit<Experiment, 'model' | 'data' | 'tree' | 'missing'>;
  };
  return { ...sections, ...lightning, tree, missing };
}

function trainerProblems(
  { lightning }: Readonly<Record<string, unknown>>,
  { checkTrainer }: ExperimentOptions,
): ParamProblem[] {
  const trainer = isMap(lightning) ? lightning.trainer : undefined;
  const problems = isMap(trainer) ? (checkTrainer?.(trainer) ?? []) : [];
  return problems.map((problem) => ({ ...problem, path: ['lightning', 'trainer', ...problem.path] }));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The sections of an experiment file; the components in them are for the registry to say. */
export function experimentSchema({ trainer, kinds = {}, optional = [] }: ExperimentOptions): ParamsSchema {
  const { model = 'model', data = 'data-module', callback = 'callback', logger = 'logger' } = kinds;
  return {
    type: 'object',
    additionalProperties: false,
    required: optional.includes('data') ? ['model'] : ['model', 'data'],
    properties: {
      model: { component: model },
      data: { component: data },
      lightning: {
        type: 'object',
        additionalProperties: false,
        default: {},
        properties: {
          trainer: { ...trainer, default: {} },
          callbacks: { type: 'object', additionalProperties: { component: callback }, default: {} },
          modelcheckpoint: { component: callback },
          logger: { component: logger },
        },
      },
    },
  };
}

/** A section whose lines are all commented out is null in YAML; it counts as absent. */
function withoutEmptySections(tree: ConfigTree): ConfigTree {
  const lightning = tree.root.entries.get('lightning')?.value;
  const root = withoutNulls(tree.root, ['lightning']);
  if (lightning?.kind !== 'map') return { ...tree, root };
  const value = withoutNulls(lightning, ['trainer', 'callbacks', 'modelcheckpoint', 'logger']);
  const entry = { ...root.entries.get('lightning'), value };
  return { ...tree, root: { ...root, entries: new Map(root.entries).set('lightning', entry) } };
}

function withoutNulls(map: MapNode, keys: readonly string[]): MapNode {
  const isEmpty = (key: string) => {
    const value = map.entries.get(key)?.value;
    return keys.includes(key) && value !== undefined && toPlain(value) === null;
  };
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !isEmpty(key))) };
}

function ownValue(record: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
