import { stringify, type ParseOptions, type SchemaOptions, type ToStringOptions } from 'yaml';
import { escapeInterpolation } from './interpolation.js';
import { readPlain, scalarTags } from './scalars.js';
import { toPlain, type ConfigNode, type ConfigTree, type ScalarNode } from './tree.js';

const options = {
  customTags: (tags) => [...tags.filter((tag) => typeof tag !== 'string' && !('test' in tag)), ...scalarTags],
  compat: 'yaml-1.1',
  aliasDuplicateObjects: false,
  lineWidth: 0,
} as const satisfies ParseOptions & SchemaOptions & ToStringOptions & { aliasDuplicateObjects: boolean };

/**
 * A resolved config as YAML text that loads as the same values, here as in OmegaConf; comments are not kept. Text with
 * "${" is written such that it stays text.
 */
export function stringifyConfig(config: ConfigTree | Readonly<Record<string, unknown>>): string {
  return stringify(withEscapedTexts(isTree(config) ? toPlain(config.root) : config), options);
}

/**
 * A resolved value on one line that loads as the same: numbers as they were written, maps and lists in flow style.
 */
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
  if (typeof value === 'string') return writeText(escapeInterpolation(value), inFlow);
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

function withEscapedTexts(value: unknown): unknown {
  if (typeof value === 'string') return escapeInterpolation(value);
  if (Array.isArray(value)) return value.map(withEscapedTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withEscapedTexts(child)]));
}
