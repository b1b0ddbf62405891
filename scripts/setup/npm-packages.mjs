import { join } from 'node:path';
import { hashFiles, readJson, writeJson } from './stamp.mjs';
import { SetupError } from './setup-error.mjs';

/** The npm packages of package-lock.json. The stamp lies in node_modules, so that it goes when they go. */
export const npmPackages = {
  isDone(world) {
    const lock = hashFiles(world.root, ['package-lock.json']);
    if (readJson(stampPath(world))?.lock === lock) return true;
    if (!installedMatchesLock(world)) return false;
    writeJson(stampPath(world), { lock });
    return true;
  },

  async perform(world) {
    const log = join(world.root, 'build', 'npm.log');
    // Development packages always: the TypeScript compiler is one.
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const { result, seconds } = await world.report.during('installing the npm packages', () =>
      world.exec('npm', args, { log }),
    );
    if (result.code !== 0) {
      throw new SetupError(
        `npm ci failed.\n${firstErrors(result.output)}\nThe whole log: build/npm.log. To try again: npm run setup`,
      );
    }
    writeJson(stampPath(world), { lock: hashFiles(world.root, ['package-lock.json']) });
    world.report.say(`installed the npm packages (${seconds})`);
  },
};

/** npm says first what is wrong, and then how npm is used. */
function firstErrors(output) {
  const lines = output.split('\n').map((line) => line.replace(/^npm error ?/, '').trimEnd());
  return lines
    .filter((line) => line !== '')
    .slice(0, 6)
    .map((line) => `  ${line}`)
    .join('\n');
}

function stampPath(world) {
  return join(world.root, 'node_modules', '.ldm-setup.json');
}

/**
 * Whether npm itself has finished installing exactly this lock file (`npm ci` or `npm install` by hand).
 * Optional packages of other platforms are in the lock file but not on the disk.
 */
function installedMatchesLock(world) {
  const wanted = readJson(join(world.root, 'package-lock.json'))?.packages;
  const installed = readJson(join(world.root, 'node_modules', '.package-lock.json'))?.packages;
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    if (path === '') return true;
    const found = installed[path];
    if (found === undefined) return optional === true;
    return found.version === version && found.integrity === integrity;
  });
}
