import { stringify } from 'yaml';
import { escapeInterpolation } from './interpolation.js';
import { scalarTags } from './scalars.js';
import { toPlain, type ConfigTree } from './tree.js';

/**
 * A resolved config as YAML text that loads as the same values, here as in OmegaConf; comments are not kept. Text with
 * "${" is written such that it stays text.
 */
export function stringifyConfig(config: ConfigTree | Readonly<Record<string, unknown>>): string {
  return stringify(withEscapedTexts(isTree(config) ? toPlain(config.root) : config), {
    customTags: (tags) => [...tags.filter((tag) => typeof tag !== 'string' && !('test' in tag)), ...scalarTags],
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    lineWidth: 0,
  });
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
