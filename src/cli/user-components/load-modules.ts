import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { displayPath, type TargetProblem } from '../../config/index.js';
import { compileUserFiles } from './compile.js';
import { addUserCode, placeInUserCode } from './user-code.js';

/** What a file of the user's exports, or what is wrong with it. */
export type Loaded = { readonly exports: Readonly<Record<string, unknown>> } | { readonly problem: TargetProblem };

/**
 * Loads files of TypeScript or JavaScript, by their real paths. Nothing is written beside them, and errors that their
 * code throws, then or later, tell the lines as the user wrote them.
 */
export async function loadUserModules(files: readonly string[]): Promise<ReadonlyMap<string, Loaded>> {
  if (files.length === 0) return new Map();
  process.setSourceMapsEnabled(true);
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ldm-runner-'));
  try {
    return await compileAndImport(files, join(folder, 'components.mjs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compileAndImport(files: readonly string[], outfile: string): Promise<Map<string, Loaded>> {
  const compiled = await compileUserFiles(files, outfile);
  if ('inputs' in compiled) {
    addUserCode(compiled.inputs);
    return importAll(files, outfile);
  }
  const [file = '', ...others] = files;
  if (others.length === 0) {
    const problem = { problem: `${displayPath(file)} cannot be compiled`, found: compiled.mistakes.join('\n') };
    return new Map([[file, { problem }]]);
  }
  // One file that cannot be compiled says nothing against the others.
  const each = files.map((one, i) => compileAndImport([one], outfile.replace(/\.mjs$/, `${i}$&`)));
  return new Map((await Promise.all(each)).flatMap((loaded) => [...loaded]));
}

async function importAll(files: readonly string[], outfile: string): Promise<Map<string, Loaded>> {
  const loaded = new Map<string, Loaded>();
  for (const [i, file] of files.entries()) loaded.set(file, await importOne(file, i, outfile));
  return loaded;
}

async function importOne(file: string, index: number, outfile: string): Promise<Loaded> {
  try {
    const { modules } = (await import(pathToFileURL(outfile).href)) as { modules: (() => Promise<object>)[] };
    return { exports: { ...(await modules[index]?.()) } };
  } catch (error) {
    const thrown = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = placeInUserCode(error);
    const found = place === undefined ? thrown : `${place}: ${thrown}`;
    return { problem: { problem: `${displayPath(file)} fails when it is loaded`, found } };
  }
}
