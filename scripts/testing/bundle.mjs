import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

/**
 * Compiles test files, and what they import from this checkout, to JavaScript in a folder of their own below build/.
 * Every file is read and compiled once for all tests, which halves what a test process needs before its first test.
 *
 * @param {string} root of the checkout
 * @param {readonly string[]} files relative to it
 * @returns {Promise<{ compiled: ReadonlyMap<string, string>, remove: () => void }>} the path of each compiled file, by
 *   the file that it comes from. A file that is not there has to be run from its source: all of them where one does not
 *   compile, which then fails for itself alone.
 */
export async function bundleTests(root, files) {
  mkdirSync(join(root, 'build'), { recursive: true });
  const folder = mkdtempSync(join(root, 'build', 'tests-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const sources = files.filter((file) => file.endsWith('.ts'));
  const { metafile, errors } = await build({
    absWorkingDir: resolve(root),
    entryPoints: sources,
    outbase: '.',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    keepNames: true,
    metafile: true,
    logLevel: 'silent',
    define: Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [`import.meta.${key}`, name])),
    plugins: [ownPlaces],
  }).catch((failure) => {
    if (Array.isArray(failure.errors)) return failure;
    throw failure;
  });
  await stop();
  const paths = new Map(files.filter((file) => file.endsWith('.mjs')).map((file) => [file, join(root, file)]));
  if (errors.length > 0) return { compiled: paths, remove };
  for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined || !sources.includes(entryPoint)) continue;
    if (!reachable(metafile.inputs, entryPoint).some(asksWhereOthersAre(root)))
      paths.set(entryPoint, join(root, output));
  }
  return { compiled: paths, remove };
}

const NAMES = { url: '__testFileUrl', filename: '__testFileName', dirname: '__testFolderName' };

/** A file that asks where it is gets the answer that it would get uncompiled. */
const ownPlaces = {
  name: 'own places',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta')) return undefined;
      const places = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
      const names = Object.entries(NAMES).map(([key, name]) => `const ${name} = ${JSON.stringify(places[key])};`);
      // In the first line, so that the lines keep their numbers.
      return { contents: `${names.join(' ')} ${code}`, loader: 'ts' };
    });
  },
};

/** What a file imports, directly or not, and itself. */
function reachable(inputs, from) {
  const seen = new Set();
  const queue = [from];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path) || inputs[path] === undefined) continue;
    seen.add(path);
    queue.push(...inputs[path].imports.map((imported) => imported.path));
  }
  return [...seen];
}

/** Of its neighbours' addresses, a compiled file knows none: they are no longer beside it. */
function asksWhereOthersAre(root) {
  return (path) => readFileSync(join(root, path), 'utf8').includes('import.meta.resolve(');
}
