import { stringify } from 'yaml';
import { scalarTags } from './scalars.js';
import { toPlain, type ConfigTree } from './tree.js';

/** A config as YAML text that reads back as the same values, here as in PyYAML; comments are not kept. */
export function stringifyConfig(config: ConfigTree | Readonly<Record<string, unknown>>): string {
  return stringify(isTree(config) ? toPlain(config.root) : config, {
    customTags: (tags) => [...tags.filter((tag) => typeof tag !== 'string' && !('test' in tag)), ...scalarTags],
    compat: 'yaml-1.1',
    aliasDuplicateObjects: false,
    lineWidth: 0,
  });
}

function isTree(config: ConfigTree | Readonly<Record<string, unknown>>): config is ConfigTree {
  return 'sources' in config && Array.isArray(config.sources);
}
