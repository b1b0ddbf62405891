/**
 * The packages that the user's code gets from this program, whatever lies in the user's own node_modules: their classes
 * and their registries must be the ones that this program works with.
 */
const addresses: Readonly<Record<string, string>> = {
  'ldm-runner': import.meta.resolve('../../index.js'),
  '@tensorflow/tfjs-core': import.meta.resolve('@tensorflow/tfjs-core'),
};

/** The names of the packages. */
export const providedPackages = Object.keys(addresses);

/** What a package exports, so that a name that it does not export is found with its place, when the code is compiled. */
export async function exportsOf(name: string): Promise<string[]> {
  const exports = (await import(addresses[name] ?? name)) as object;
  // A CommonJS package also has names that no import statement can have.
  return Object.keys(exports).filter(
    (key) => key !== '__esModule' && /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key),
  );
}

/** A module that exports the same as a package of this program, by its address. */
export async function forwardingModule(name: string): Promise<string> {
  return `export { ${(await exportsOf(name)).join(', ')} } from ${JSON.stringify(addresses[name] ?? name)};`;
}
