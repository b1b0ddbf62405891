import { ConfigError } from '../errors.js';
import { type ParamsSchema } from '../params.js';
import type { ParamProblem, Registry } from './component.js';
import type { MissingFile } from './needed-files.js';
import { ProblemCollector } from './places.js';
import { toPlain, type ConfigTree, type MapNode, type Path } from './tree.js';
import { validateConfig, type ComponentConfig, type SlotOptions, type SlotRules } from './validate.js';

/** What an experiment file takes beyond what the registry says; the caller knows the trainer, this folder does not. */
export interface ExperimentOptions {
  /** The parameters of the trainer: the keys under `lightning.trainer`. */
  readonly trainer: ParamsSchema;
  /** Finds in the trainer's parameters, as they are written, what to say better than their schema would. */
  readonly checkTrainer?: (params: Readonly<Record<string, unknown>>) => readonly ParamProblem[];
  /** Rules across sections, on an experiment that is right otherwise, with defaults filled in. */
  readonly check?: (experiment: Experiment, registry: Registry) => readonly ParamProblem[];
  /** Schemas of keys under `lightning` beside those known here, e.g. such as have no effect. */
  readonly lightningKeys?: Readonly<Record<string, unknown>>;
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

const rulesOf = new WeakMap<ExperimentOptions, { schema: ParamsSchema; slots: SlotRules }>();

/** Validates an experiment file. Throws one ConfigError with all its problems, sorted by place. */
export function validateExperiment(tree: ConfigTree, registry: Registry, options: ExperimentOptions): Experiment {
  // Made once for the same options: a schema is compiled when it is first used.
  const { schema, slots } = rulesOf.get(options) ?? {
    schema: experimentSchema(options),
    slots: experimentSlots(options),
  };
  rulesOf.set(options, { schema, slots });
  const { values, missing } = validateConfig(withoutEmptySections(tree), schema, registry, slots, (config) =>
    trainerProblems(config, options),
  );
  const { lightning, ...sections } = values as unknown as Pick<Experiment, 'model' | 'data'> & {
    lightning: Omit<Experiment, 'model' | 'data' | 'tree' | 'missing'>;
  };
  const experiment = { ...sections, ...lightning, tree, missing };
  const problems = new ProblemCollector(tree);
  for (const { path, ...problem } of options.check?.(experiment, registry) ?? []) problems.atValue(path, problem);
  if (problems.count > 0) throw new ConfigError(problems.sorted());
  return experiment;
}

/** What the slots of an experiment file take beyond `target` and `params`. */
export function experimentSlots({ defaultTargets = {}, optional = [] }: ExperimentOptions): SlotRules {
  const required = optional.includes('base_learning_rate') ? [] : ['base_learning_rate'];
  const model: SlotOptions = { keys: { base_learning_rate: baseLearningRate }, required };
  return ([section, key, name, ...deeper]) => {
    if (section === 'model' && key === undefined) return model;
    if (section !== 'lightning' || deeper.length > 0) return undefined;
    if (key === 'callbacks') return { defaultTarget: ownValue(defaultTargets.callbacks, String(name)) };
    if (name !== undefined) return undefined;
    if (key === 'modelcheckpoint') return { defaultTarget: defaultTargets.modelcheckpoint };
    return key === 'logger' ? { defaultTarget: defaultTargets.logger } : undefined;
  };
}

const baseLearningRate = {
  type: 'number',
  minimum: 0,
  description: 'Learning rate; times the batch size, the accumulated batches and the devices while scale_lr is on.',
};

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
export function experimentSchema(options: ExperimentOptions) {
  const { trainer, lightningKeys, kinds = {}, defaultTargets = {}, optional = [] } = options;
  const { model = 'model', data = 'data-module', callback = 'callback', logger = 'logger' } = kinds;
  const named = Object.keys(defaultTargets.callbacks ?? {}).map((name) => [name, { component: callback }] as const);
  return {
    type: 'object',
    additionalProperties: false,
    required: optional.includes('data') ? ['model'] : ['model', 'data'],
    properties: {
      model: { component: model, description: 'What is trained.' },
      data: { component: data, description: 'What it is trained, validated and tested on.' },
      lightning: {
        type: 'object',
        additionalProperties: false,
        default: {},
        description: 'How it is trained, and what happens beside.',
        properties: {
          trainer: { ...trainer, default: {}, description: 'How long, in what precision, and when to validate.' },
          callbacks: {
            type: 'object',
            properties: Object.fromEntries(named),
            additionalProperties: { component: callback },
            default: {},
            description: 'What happens beside training, under names of your choice.',
          },
          modelcheckpoint: { component: callback, description: 'When checkpoints are written.' },
          logger: { component: logger, description: 'Where metrics and images go.' },
          ...lightningKeys,
        },
      },
    },
  } satisfies ParamsSchema;
}

const lightningSections = ['trainer', 'callbacks', 'modelcheckpoint', 'logger'];

/** Whether null counts as absent here: so YAML reads a section whose lines are all commented out. */
export function mayBeEmpty([section, key, ...deeper]: Path): boolean {
  if (section !== 'lightning' || deeper.length > 0) return false;
  return key === undefined || lightningSections.includes(String(key));
}

function withoutEmptySections(tree: ConfigTree): ConfigTree {
  const lightning = tree.root.entries.get('lightning')?.value;
  const root = withoutNulls(tree.root, []);
  if (lightning?.kind !== 'map') return { ...tree, root };
  const value = withoutNulls(lightning, ['lightning']);
  const entry = { ...root.entries.get('lightning'), value };
  return { ...tree, root: { ...root, entries: new Map(root.entries).set('lightning', entry) } };
}

function withoutNulls(map: MapNode, path: Path): MapNode {
  const isEmpty = (key: string) => {
    const value = map.entries.get(key)?.value;
    return mayBeEmpty([...path, key]) && value !== undefined && toPlain(value) === null;
  };
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !isEmpty(key))) };
}

function ownValue(record: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
