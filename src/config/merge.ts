import type { ConfigNode, MapEntry, MapNode } from './tree.js';

/**
 * Merges `over` into `base` as OmegaConf does: maps key by key to any depth, lists and scalars replaced as a whole.
 * Keys keep the order and the place where they first appeared; values take the place of the one that won.
 */
export function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, MapEntry>(base.entries);
  for (const [key, { keyOrigin, value }] of over.entries) {
    const before = entries.get(key);
    entries.set(key, before ? { ...before, value: mergeNodes(before.value, value) } : { keyOrigin, value });
  }
  return { ...base, entries };
}

function mergeNodes(base: ConfigNode, over: ConfigNode): ConfigNode {
  return base.kind === 'map' && over.kind === 'map' ? mergeMaps(base, over) : over;
}
