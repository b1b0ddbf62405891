import {
  instantiateFromConfig,
  validateConfig,
  type ComponentConfig,
  type ConfigTree,
  type MapNode,
} from '../../config/index.js';
import type { NoiseScheduler } from '../../samplers/index.js';
import { loadConfig } from '../load-config.js';

/** A scheduler, and what the file said of it with every default filled in. */
export interface SchedulerFile {
  readonly path: string;
  readonly scheduler: NoiseScheduler;
  readonly config: ComponentConfig;
}

/** Whether the value of `--sampler` is a file rather than a name. */
export function isSchedulerFile(sampler: string): boolean {
  return /[\\/]|\.(?:ya?ml|json)$/i.test(sampler);
}

/**
 * A scheduler as a YAML or JSON file describes it: `{ target, params }` as in a config, or as diffusers writes
 * `scheduler_config.json`, where `_class_name` is the target, what else begins with `_` is said of the file, and all other
 * keys are parameters.
 *
 * @throws ConfigError with all mistakes in it
 */
export async function readScheduler(path: string): Promise<SchedulerFile> {
  const { tree, registry } = await loadConfig([path]);
  const { values } = validateConfig(withTarget(tree), schema, registry);
  const config = values.scheduler as ComponentConfig;
  return { path, scheduler: await instantiateFromConfig<NoiseScheduler>(config, registry), config };
}

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['scheduler'],
  properties: { scheduler: { component: 'noise-scheduler', description: 'A scheduler of diffusers.' } },
} as const;

/** The file as the value of `scheduler`, in the form of configs. */
function withTarget(tree: ConfigTree): ConfigTree {
  const slot = (node: MapNode): MapNode => ({ kind: 'map', entries: new Map([['scheduler', { value: node }]]) });
  const { entries } = tree.root;
  const className = entries.get('_class_name');
  if (!className) return { ...tree, root: slot(tree.root) };
  const params = new Map([...entries].filter(([key]) => !key.startsWith('_')));
  const written = new Map([
    ['target', className],
    ['params', { ...className, value: { ...tree.root, entries: params } }],
  ]);
  return { ...tree, root: slot({ ...tree.root, entries: written }) };
}
