import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nearestNames, UserError } from '../../errors.js';
import { packageRoot } from '../../io/package-root.js';

/** A config that comes with this program. */
export interface ShippedConfig {
  /** Its path below configs/ without its ending: `ddpm/mnist`. */
  readonly name: string;
  readonly file: string;
  /** The first line of its header. */
  readonly summary: string;
}

/** The configs below a folder by name. */
export function shippedConfigs(folder = join(packageRoot(), 'configs')): ShippedConfig[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => {
      const file = join(folder, path);
      return { name: path.replace(/\.yaml$/, ''), file, summary: summaryOf(readFileSync(file, 'utf8')) };
    });
}

/**
 * The config that a user means: by name, `ddpm/mnist`, by path, `configs/ddpm/mnist.yaml`, or by the end of its name,
 * `mnist`, where no other has the same.
 * @throws UserError with the nearest names
 */
export function findShipped(wanted: string, configs: readonly ShippedConfig[]): ShippedConfig {
  const byPath = configs.find(({ file }) => file === resolve(wanted));
  const name = wanted
    .replaceAll('\\', '/')
    .replace(/^(?:\.\/)?(?:configs\/)?/, '')
    .replace(/\.ya?ml$/, '');
  const byName = configs.filter((config) => config.name === name);
  const byEnd = configs.filter((config) => basename(config.name) === name);
  const [found, ...others] = byPath ? [byPath] : byName.length > 0 ? byName : byEnd;
  if (found && others.length === 0) return found;
  const nearest = found ? byEnd.map((config) => config.name) : nearestShipped(name, configs);
  throw new UserError({
    where: 'ldm copy',
    problem: found ? 'several shipped configs have this name' : 'there is no such shipped config',
    found: wanted,
    nearest,
    remedy: '"ldm copy --list" lists the names',
  });
}

/** Those that a name is a part of, or else those whose name, or the end of it, is nearest. */
function nearestShipped(name: string, configs: readonly ShippedConfig[]): string[] {
  const names = configs.map((config) => config.name);
  const containing = names.filter((one) => name !== '' && one.includes(name));
  if (containing.length > 0) return containing.slice(0, 3);
  const byEnd = new Map(names.map((one) => [basename(one), one]));
  const ends = nearestNames(basename(name), byEnd.keys()).map((end) => byEnd.get(end) ?? end);
  return [...new Set([...nearestNames(name, names), ...ends])];
}

function summaryOf(text: string): string {
  const lines = text.split('\n').map((line) => /^#\s*(.*\S)/.exec(line)?.[1]);
  return lines.find((line) => line !== undefined && !line.startsWith('yaml-language-server:')) ?? '';
}
