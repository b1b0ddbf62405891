import { existsSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';
import { hashFiles, hashOf, readJson, writeJson } from './stamp.mjs';

const CONFIG = 'tsconfig.build.json';
const SOURCES = ['src', 'registry', 'tsconfig.json', CONFIG];

/**
 * dist/, compiled from src/ and registry/. Compiled into dist.tmp/ and swapped in whole, so that the output of a
 * deleted source goes too and an interrupted build leaves the old one; the stamp travels inside.
 */
export const typescriptBuild = {
  isDone(world) {
    if (existsSync(temporary(world))) return false;
    if (readJson(stampPath(world))?.key !== keyOf(world)) return false;
    // bin/launch.mjs compares times: what was checked now is as fresh as its sources.
    const now = new Date();
    utimesSync(stampPath(world), now, now);
    return true;
  },

  async perform(world) {
    const key = keyOf(world);
    const out = temporary(world);
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const compiler = join(world.root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [compiler, '-p', CONFIG, '--outDir', out, '--pretty', 'false'];
    const { result, seconds } = await world.report.during('compiling TypeScript', () =>
      world.exec(world.node.path, args),
    );
    if (result.code !== 0) {
      rmSync(out, { recursive: true, force: true });
      throw new SetupError(`TypeScript found errors.\n${result.output.trim()}`);
    }
    writeJson(join(out, STAMP), { key });
    swapIn(out, join(world.root, 'dist'));
    world.report.say(`compiled TypeScript (${seconds})`);
  },
};

const STAMP = '.stamp.json';

function stampPath(world) {
  return join(world.root, 'dist', STAMP);
}

/** Beside dist/, not in build/: source maps hold paths relative to where they were written. */
function temporary(world) {
  return join(world.root, 'dist.tmp');
}

function keyOf(world) {
  const compiler = readJson(join(world.root, 'node_modules', 'typescript', 'package.json'))?.version;
  return hashOf(
    compiler,
    hashFiles(world.root, SOURCES, (path) => !path.endsWith('.test.ts')),
  );
}

function swapIn(from, to) {
  const old = join(to, '..', 'build', `dist-old-${process.pid}`);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(to)) {
    mkdirSync(join(to, '..', 'build'), { recursive: true });
    renameSync(to, old);
  }
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
