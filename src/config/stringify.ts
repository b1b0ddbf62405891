import { stringify, type ParseOptions, type SchemaOptions, type ToStringOptions } from 'yaml';
import { readPlain, scalarTags } from './scalars.js';
import { toPlain, type ConfigNode, type ConfigTree, type ScalarNode } from './tree.js';

const options = {
  customTags: (tags) => [...tags.filter((tag) => typeof tag !== 'string' && !('test' in tag)), ...scalarTags],
  compat: 'yaml-1.1',
  aliasDuplicateObjects: false,
  lineWidth: 0,
} as const satisfies ParseOptions & SchemaOptions & ToStringOptions & { aliasDuplicateObjects: boolean };

/** A config as YAML text that reads back as the same values, here as in PyYAML; comments are not kept. */
export function stringifyConfig(config: ConfigTree | Readonly<Record<string, unknown>>): string {
  return stringify(isTree(config) ? toPlain(config.root) : config, options);
}

/** A value on one line that reads back as the same: numbers as they were written, maps and lists in flow style. */
export function writeInline(node: ConfigNode): string {
  return node.kind === 'scalar' ? writeScalar(node) : writeFlow(node);
}

/** A key of a map in block style. */
export function writeKey(key: string): string {
  return writeText(key, false);
}

function writeFlow(node: ConfigNode): string {
  if (node.kind === 'scalar') return writeScalar(node, true);
  if (node.kind === 'list') return `[${node.items.map(writeFlow).join(', ')}]`;
  const entries = [...node.entries].map(([key, { value }]) => `${writeText(key, true)}: ${writeFlow(value)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

function writeScalar({ value, text }: ScalarNode, inFlow = false): string {
  if (typeof value === 'string') return writeText(value, inFlow);
  // Where it was read from something else, such as an interpolation, the text is not the value's own.
  return text !== undefined && Object.is(readPlain(text), value) ? text : stringify(value, options).trimEnd();
}

function writeText(text: string, inFlow: boolean): string {
  const written = stringify(text, options).trimEnd();
  const isBlock = written.includes('\n') || /^[|>]/.test(written);
  const endsInFlow = inFlow && !/^["']/.test(written) && /[,[\]{}]/.test(written);
  return isBlock || endsInFlow ? JSON.stringify(text) : written;
}

function isTree(config: ConfigTree | Readonly<Record<string, unknown>>): config is ConfigTree {
  return 'sources' in config && Array.isArray(config.sources);
}
