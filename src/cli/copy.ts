import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { displayPath } from '../config/index.js';
import { UserError } from '../errors.js';
import { writeFileAtomically } from '../io/atomic-write.js';
import { fileProblem } from '../io/file-problems.js';
import { makeFolder } from '../io/make-folder.js';
import { requireWritable } from '../io/require-writable.js';
import { alignColumns, alignFacts } from './columns.js';
import { isConfigName } from './config-words.js';
import { inShell, relocateConfig } from './copy/relocate.js';
import { findShipped, shippedConfigs, type ShippedConfig } from './copy/shipped.js';
import type { Flags } from './flags.js';

/** `ldm copy`: starts a config of one's own from a shipped one. Returns the exit code. */
export function copy(wanted: string | undefined, destination: string | undefined, flags: Flags): number {
  const configs = shippedConfigs();
  if (wanted === undefined || flags.list === true) {
    console.log(flags.json === true ? JSON.stringify(configs, null, 2) : describeShipped(configs));
    return 0;
  }
  const config = findShipped(wanted, configs);
  if (destination === undefined) {
    throw new UserError({
      where: 'ldm copy',
      problem: 'where to?',
      expected: 'ldm copy CONFIG DEST, a file that ends in .yaml or a folder',
      remedy: `ldm copy ${config.name} ${basename(config.name)}.yaml`,
    });
  }
  const file = fileIn(destination, config);
  const shown = displayPath(file);
  refuseOverwriting(file, config, flags.force === true);
  const nameBefore = `configs/${config.name}.yaml`;
  const text = relocateConfig(readFileSync(config.file, 'utf8'), {
    from: config.file,
    to: file,
    nameBefore,
    nameAfter: shown,
  });
  try {
    makeFolder(dirname(file));
  } catch (cause) {
    throw fileProblem(displayPath(dirname(file)), 'create the folder', cause);
  }
  requireWritable(shown);
  writeFileAtomically(shown, text);
  const facts = alignFacts([
    ['copied', `${nameBefore} to ${shown}`],
    ['next', `npx run ${inShell(shown)}`],
  ]);
  console.log(facts);
  return 0;
}

/** The file to write: DEST itself where it ends as configs do, else one of the config's own name in the folder DEST. */
function fileIn(destination: string, { name }: ShippedConfig): string {
  return !isFolder(destination) && isConfigName(destination)
    ? destination
    : join(destination, `${basename(name)}.yaml`);
}

/** Of what is not there, what ends as folders do. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? /[/\\]$/.test(path);
  } catch (cause) {
    throw fileProblem(path, 'write', cause);
  }
}

function refuseOverwriting(file: string, { file: source }: ShippedConfig, force: boolean): void {
  if (!existsSync(file)) return;
  const isItself = resolve(file) === source;
  if (!isItself && force) return;
  throw new UserError({
    where: displayPath(file),
    problem: isItself ? 'this is the shipped config itself' : 'there is a file of this name already',
    remedy: isItself ? 'choose another place' : 'choose another name, or overwrite it: --force',
  });
}

function describeShipped(configs: readonly ShippedConfig[]): string {
  const table = alignColumns(
    configs.map(({ name, summary }) => [name, summary]),
    2,
  );
  return `${table}\n\nto start from one: ldm copy CONFIG DEST`;
}
