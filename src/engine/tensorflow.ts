import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../errors.js';

/** TensorFlow's own bindings, which the user may have installed: fastest first. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
type Package = (typeof packages)[number];

export const tensorflowRemedy =
  'npm install @tensorflow/tfjs-node   (or @tensorflow/tfjs-node-gpu, for CUDA 11.2 and cuDNN 8.1)\n' +
  'Its install script downloads TensorFlow 2.9.1, so it needs the internet, and it fails on Node.js 23 and later.';

/** Where the user's project or this package has one of the packages. */
export function findTensorflow(): { name: Package; path: string } | undefined {
  for (const name of packages) {
    for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
      try {
        return { name, path: createRequire(from).resolve(name) };
      } catch {
        continue;
      }
    }
  }
  return undefined;
}

/**
 * Loads TensorFlow's bindings, which register the backend `tensorflow`.
 * @returns the version of TensorFlow
 * @throws UserError when they are absent, fail to load or bring a tfjs-core of their own
 */
export async function loadTensorflow(): Promise<string> {
  const found = findTensorflow();
  if (!found) {
    throw new UserError({ problem: 'the engine tensorflow is not installed', remedy: tensorflowRemedy });
  }
  let bindings: { version?: Record<string, string> };
  try {
    bindings = (await import(pathToFileURL(found.path).href)) as typeof bindings;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const problem = `${found.name} does not load: ${reason}`;
    throw new UserError({ where: found.path, problem, remedy: tensorflowRemedy }, { cause: error });
  }
  if (!tf.engine().backendNames().includes('tensorflow')) {
    throw new UserError({
      where: found.path,
      problem: `${found.name} registered its backend on another copy of @tensorflow/tfjs-core`,
      expected: `one copy, version ${tf.version_core}`,
      remedy: `npm install ${found.name}@${tf.version_core} && npm dedupe`,
    });
  }
  return bindings.version?.['tensorflow-c'] ?? bindings.version?.['tfjs-node'] ?? tf.version_core;
}
