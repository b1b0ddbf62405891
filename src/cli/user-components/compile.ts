import type { BuildFailure, BuildResult, Message, Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { displayPath } from '../../config/index.js';
import { nearestNames } from '../../errors.js';
import { exportsOf, forwardingModule, providedPackages } from './provided-packages.js';

/** What compiling made of the user's files. */
export type Compiled =
  | {
      /** The user's files that went into it, absolute. */
      readonly inputs: readonly string[];
    }
  | {
      /** What the compiler found wrong, each with its place. */
      readonly mistakes: readonly string[];
    };

/** Compilations under way. */
let running = 0;

/**
 * Compiles the user's files, with what they import of the user's own, into one module, which exports a function for
 * each that loads it: `modules[i]()`. So what two of them share is there once. Packages stay where they are; those of
 * this program are its own.
 *
 * @param outfile where the module is written, with its source map
 */
export async function compileUserFiles(files: readonly string[], outfile: string): Promise<Compiled> {
  const { build, stop } = await import('esbuild');
  running += 1;
  const imports = files.map((file) => `() => import(${JSON.stringify(file)})`);
  try {
    const result = await build({
      stdin: { contents: `export const modules = [${imports.join(', ')}];`, resolveDir: process.cwd() },
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Without `module`, which is for bundles: packages are left to Node.
      conditions: [],
      sourcemap: 'inline',
      sourcesContent: false,
      keepNames: true,
      metafile: true,
      absWorkingDir: process.cwd(),
      logLevel: 'silent',
      define: Object.fromEntries(Object.entries(metaNames).map(([key, name]) => [`import.meta.${key}`, name])),
      plugins: [providing, packagesOutside, ownPlaces],
    });
    return { inputs: inputsOf(result) };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return { mistakes: await Promise.all(error.errors.map(describeMessage)) };
  } finally {
    running -= 1;
    // The compiler is a process of its own, which would be there as long as this one.
    if (running === 0) await stop();
  }
}

function inputsOf({ metafile }: BuildResult<{ metafile: true }>): string[] {
  return Object.keys(metafile.inputs)
    .filter((path) => !/^(?:<stdin>|provided:)/.test(path))
    .map((path) => resolve(path));
}

/** The packages of this program. */
const providing: Plugin = {
  name: 'provided packages',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      providedPackages.includes(path) ? { path, namespace: 'provided' } : undefined,
    );
    build.onResolve({ filter: /.*/, namespace: 'provided' }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /.*/, namespace: 'provided' }, async ({ path }) => ({
      contents: await forwardingModule(path),
    }));
    build.onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({
      errors: [{ text: 'use the tensors of this program: import * as tf from "@tensorflow/tfjs-core"' }],
    }));
    build.onResolve({ filter: /^[a-zA-Z][a-zA-Z0-9+.-]+:/, namespace: 'file' }, ({ path }) =>
      path.startsWith('node:')
        ? undefined
        : { errors: [{ text: `code is never fetched, and "${path}" is no path and no package` }] },
    );
  },
};

/** All other packages, each at the address that it has for the file that imports it. */
const packagesOutside: Plugin = {
  name: 'packages outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/, namespace: 'file' }, async ({ path, pluginData, ...where }) => {
      if (pluginData === packagesOutside) return undefined;
      const { importer, kind, resolveDir, namespace } = where;
      const found = await build.resolve(path, { importer, kind, resolveDir, namespace, pluginData: packagesOutside });
      if (found.errors.length > 0) return { errors: found.errors };
      const isPackage = found.namespace === 'file' && !found.external && /[\\/]node_modules[\\/]/.test(found.path);
      return isPackage ? { path: pathToFileURL(found.path).href, external: true } : found;
    });
  },
};

const metaNames = { url: '__ldmFileUrl', filename: '__ldmFileName', dirname: '__ldmFolderName' };

/** A file that asks where it is gets the answer that it would get uncompiled. */
const ownPlaces: Plugin = {
  name: 'own places',
  setup(build) {
    build.onLoad({ filter: /\.[cm]?[jt]s$/, namespace: 'file' }, ({ path }) => {
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta')) return undefined;
      const places = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
      const names = (Object.keys(places) as (keyof typeof places)[]).map(
        (key) => `const ${metaNames[key]} = ${JSON.stringify(places[key])};`,
      );
      // In the first line, so that the lines keep their numbers.
      return { contents: `${names.join(' ')} ${code}`, loader: path.endsWith('ts') ? 'ts' : 'js' };
    });
  },
};

/** A mistake with its place, in the words of the compiler but for the names of its own workings. */
async function describeMessage({ text, location }: Message): Promise<string> {
  const [, from = '', name = ''] = /^No matching export in "provided:([^"]+)" for import "([^"]+)"/.exec(text) ?? [];
  const nearest = name === '' ? [] : nearestNames(name, await exportsOf(from));
  const hint = nearest.length > 0 ? `; did you mean ${nearest.join(', ')}?` : '';
  const said = name === '' ? text : `${from} exports no "${name}"${hint}`;
  if (!location) return said;
  return `${displayPath(resolve(location.file))}:${location.line}:${location.column + 1}: ${said}`;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
