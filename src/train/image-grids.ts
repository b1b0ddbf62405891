import type { ImageGrid } from './lightning-module.js';

/** The grids of these names (`return_keys`), all where none of them is there; those left out are disposed. */
export function namedGrids(
  grids: Readonly<Record<string, ImageGrid>>,
  names: readonly string[],
): Record<string, ImageGrid> {
  const entries = Object.entries(grids);
  if (!entries.some(([name]) => names.includes(name))) return { ...grids };
  const kept = entries.filter(([name, { images }]) => {
    if (names.includes(name)) return true;
    images.dispose();
    return false;
  });
  return Object.fromEntries(kept);
}
