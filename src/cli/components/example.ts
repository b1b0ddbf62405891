import {
  annotate,
  annotatedYaml,
  childOf,
  describeSchema,
  loadExperimentTree,
  type Annotated,
  type Component,
  type ConfigNode,
  type MapNode,
} from '../../config/index.js';
import { shippedConfigs, type ShippedConfig } from '../copy/shipped.js';

/** A block of YAML that uses a component. */
export interface Example {
  readonly yaml: string;
  /** The shipped config that it is from; absent where the block is still to be filled in. */
  readonly source?: string;
}

/** A component as the first shipped config that has it uses it; else what it needs, with `???` for the values. */
export function exampleOf(component: Component, configs: readonly ShippedConfig[] = shippedConfigs()): Example {
  const names = new Set([component.target, ...(component.aliases ?? [])]);
  for (const { name, file } of configs) {
    const node = find(loadExperimentTree([file]).root, names);
    if (node)
      return { yaml: annotatedYaml(annotate(ownKeys(node)), { origins: false }), source: `configs/${name}.yaml` };
  }
  return { yaml: annotatedYaml(blank(component)) };
}

/** The first map whose target is one of these. */
function find(node: ConfigNode, names: ReadonlySet<string>): MapNode | undefined {
  if (node.kind === 'scalar') return undefined;
  if (node.kind === 'list') return first(node.items, names);
  const target = childOf(node, 'target');
  if (target?.kind === 'scalar' && names.has(String(target.value))) return node;
  return first(
    [...node.entries.values()].map(({ value }) => value),
    names,
  );
}

function first(nodes: readonly ConfigNode[], names: ReadonlySet<string>): MapNode | undefined {
  for (const node of nodes) {
    const found = find(node, names);
    if (found) return found;
  }
  return undefined;
}

/** Without what stands beside target and params for others, such as the learning rate. */
function ownKeys(node: MapNode): MapNode {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => key === 'target' || key === 'params')) };
}

function blank({ target, params }: Component): Annotated {
  const needed = blankMap(params);
  const named = ['target', value(target, '')] as const;
  return { kind: 'map', entries: needed ? [named, ['params', needed]] : [named] };
}

/** What has to be given, each with what it takes; undefined where nothing has to. */
function blankMap({
  properties,
  required = [],
}: Pick<Component['params'], 'properties' | 'required'>): Annotated | undefined {
  if (required.length === 0) return undefined;
  const entries = required.map((name) => {
    const schema = properties[name] as Partial<Component['params']> & { component?: unknown };
    if (schema.component !== undefined) {
      return [name, { kind: 'map', entries: [['target', value('???', describeSchema(schema))]] }] as const;
    }
    const inside = schema.properties && blankMap({ properties: schema.properties, required: schema.required ?? [] });
    return [name, inside ?? value('???', describeSchema(schema))] as const;
  });
  return { kind: 'map', entries };
}

function value(text: string, comment: string): Annotated {
  return { kind: 'value', path: [], node: { kind: 'scalar', value: text }, origin: comment, isDefault: false };
}
