import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as Suite from './suite.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '..', '..', 'build', 'conformance');

/**
 * suite.ts with the engine, tfjs-core and its specs as one module under build/: the specs' files can be imported by Node
 * only so, and the engine must register its kernels on the very tfjs-core they test.
 */
export async function bundledSuite(): Promise<typeof Suite> {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'suite.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The packages' ES modules: their bundles for Node hold a copy of tfjs-core each.
    mainFields: ['module', 'main'],
    // tfjs-core says that it has no side effects, but registering specs is one.
    ignoreAnnotations: true,
    external: ['jasmine-core', './start-wasm.js', './start-tensorflow.js'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    write: false,
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (!output) throw new Error('esbuild wrote nothing');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'suite.mjs');
  // Another run may be reading the last one.
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, output.contents);
  renameSync(fresh, path);
  return (await import(pathToFileURL(path).href)) as typeof Suite;
}
