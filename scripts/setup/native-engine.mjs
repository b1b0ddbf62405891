import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join, resolve } from 'node:path';
import { findLibTorch, fingerprintOf } from './find-libtorch.mjs';
import { lastLines } from './setup-error.mjs';
import { hashFiles, hashOf, readJson, writeJson } from './stamp.mjs';
import {
  canInstall,
  install,
  installCommand,
  lacksFastBlas,
  missingPackages,
  missingTools,
} from './system-packages.mjs';
import { systemPath, textOf, which } from './world.mjs';

const ADDON = 'build/native/ldm_torch.node';
const LOG = 'build/native.log';
/** There while CMake runs: a build that was killed may have left half-written files that `make` takes for whole. */
const UNFINISHED = 'build/native/.unfinished';
/** What one compiler needs for LibTorch's headers. */
const BYTES_PER_JOB = 1.5 * 2 ** 30;

/**
 * The `torch` engine, build/native/ldm_torch.node. Where it cannot be had, set-up says so, says what to do and goes on:
 * the WebAssembly engine runs everything. What was found lies in build/engine.json, which `ldm doctor` reads:
 * `{ status, key, libtorch, reason, remedy }`.
 */
export const nativeEngine = {
  isDone(world) {
    const stamp = readStamp(world);
    return (
      !world.force &&
      stamp?.status === 'built' &&
      isStillWanted(world, stamp.libtorch) &&
      stamp.key === keyOf(world, stamp.libtorch) &&
      existsSync(join(world.root, ADDON)) &&
      !(canInstall(world) && lacksFastBlas(world, stamp.libtorch) && stamp.installFailed !== true)
    );
  },

  async perform(world) {
    const before = readStamp(world);
    const outcome = await obtain(world, before);
    writeJson(stampPath(world), outcome);
    if (outcome.status === 'built') return;
    // The whole story once, and whenever it is asked for; else a reminder, for the run will be slow.
    const known = !world.explicit && before?.key === outcome.key && before?.reason === outcome.reason;
    world.report.say(
      known
        ? `${outcome.reason}: using the WebAssembly engine, many times slower (npm run setup says what to do)`
        : `${outcome.reason}.\n${outcome.detail ?? ''}Going on with the WebAssembly engine, many times slower. For the native engine:\n  ${outcome.remedy}`,
    );
  },
};

async function obtain(world, before) {
  let { libtorch, rejected } = await libTorchFor(world, before);
  let installFailed = before?.installFailed === true && !world.explicit;
  const packages = missingPackages(world, libtorch);
  if (packages.length > 0 && canInstall(world) && !installFailed) {
    installFailed = !(await installed(world, packages));
    if (libtorch === undefined) ({ libtorch, rejected } = await libTorchFor(world, undefined));
  }
  const remedy = await installCommand(world, libtorch);
  const facts = { libtorch, installFailed, remedy };
  if (libtorch === undefined) {
    const detail = rejected.map((problem) => `${problem}\n`).join('');
    return { status: 'no-libtorch', reason: 'LibTorch is not installed', detail, ...facts };
  }
  const tools = missingTools(world).map(({ programs }) => programs.join(' or '));
  if (tools.length > 0) {
    return {
      status: 'no-tools',
      reason: `LibTorch is there, but to build the engine ${tools.join(' and ')} is missing`,
      ...facts,
    };
  }
  if (lacksFastBlas(world, libtorch)) {
    world.report.say(`LibTorch has only the slow reference BLAS. For 25 times faster matrix products:\n  ${remedy}`);
  }
  return build(world, before, libtorch, installFailed);
}

/** The LibTorch of the last build where it is still there, so that an ordinary start need not search. */
async function libTorchFor(world, before) {
  const last = before?.libtorch;
  if (!world.force && isStillWanted(world, last)) return { libtorch: last, rejected: [] };
  const { found, rejected } = await findLibTorch(world);
  return { libtorch: found, rejected };
}

function isStillWanted(world, libtorch) {
  if (libtorch === undefined || fingerprintOf(libtorch.library) !== libtorch.fingerprint) return false;
  if (!world.env.LIBTORCH) return true;
  const asked = resolve(world.env.LIBTORCH);
  return [asked, join(asked, 'torch'), join(asked, 'libtorch')].includes(resolve(libtorch.prefix));
}

async function installed(world, packages) {
  const list = packages.join(' ');
  const { result, seconds } = await world.report.during(`installing ${list}`, () => install(world, packages));
  if (result.code === 0) world.report.say(`installed ${list} (${seconds})`);
  else
    world.report.say(
      `apt-get could not install ${list} (the whole log: build/apt.log).\n${lastLines(result.output, 4)}`,
    );
  return result.code === 0;
}

async function build(world, before, libtorch, installFailed) {
  const key = keyOf(world, libtorch);
  const remedy = `see ${LOG}, then: npm run setup`;
  const failure = {
    status: 'build-failed',
    key,
    libtorch,
    installFailed,
    reason: 'the native engine did not build',
    remedy,
  };
  const same = before?.key === key && before.libtorch?.prefix === libtorch.prefix;
  if (same && before.status === 'build-failed' && !world.explicit) return failure;
  if (same && before.status === 'built' && !world.force && existsSync(join(world.root, ADDON)))
    return { ...before, installFailed };

  const folder = join(world.root, 'build', 'native');
  const generator = which(world, 'ninja') === undefined ? 'Unix Makefiles' : 'Ninja';
  // CMake keeps both in its cache, and refuses or ignores another.
  const reconfigured = before?.libtorch?.fingerprint !== libtorch.fingerprint || before.generator !== generator;
  if (reconfigured || world.force || existsSync(join(world.root, UNFINISHED))) {
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(world.root, UNFINISHED), '');
  rmSync(join(world.root, LOG), { force: true });
  const name = `the native engine on LibTorch ${libtorch.version} (${libtorch.prefix})`;
  const { result, seconds } = await world.report.during(`building ${name}`, () => runCMake(world, libtorch, generator));
  rmSync(join(world.root, UNFINISHED), { force: true });
  if (result.code !== 0 || !existsSync(join(world.root, ADDON))) {
    // An engine of other sources than the TypeScript beside it is worse than none.
    rmSync(join(world.root, ADDON), { force: true });
    return { ...failure, generator, detail: `${lastLines(result.output)}\n` };
  }
  world.report.say(`built ${name} (${seconds})`);
  return { status: 'built', key, libtorch, installFailed, generator };
}

async function runCMake(world, libtorch, generator) {
  const options = { log: join(world.root, LOG) };
  const configured = await world.exec(
    'cmake',
    [
      '-S',
      'native',
      '-B',
      'build/native',
      '-G',
      generator,
      '-DCMAKE_BUILD_TYPE=Release',
      `-DLIBTORCH=${libtorch.prefix}`,
    ],
    options,
  );
  if (configured.code !== 0) return configured;
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
  return world.exec('cmake', ['--build', 'build/native', '--parallel', `${jobs}`], options);
}

/** Everything the addon's machine code depends on. */
function keyOf(world, libtorch) {
  const packages = ['node-addon-api', 'node-api-headers'].map(
    (name) => readJson(join(world.root, 'node_modules', name, 'package.json'))?.version,
  );
  // Compiled for the processor it is built on: a container may start on another one.
  const processor = /^(?:flags|Features)\s*:.*$/m.exec(textOf(systemPath(world, '/proc/cpuinfo')))?.[0];
  const hasJpeg = existsSync(systemPath(world, '/usr/include/jpeglib.h'));
  return hashOf(hashFiles(world.root, ['native']), packages, world.node.abi, processor, libtorch.fingerprint, hasJpeg);
}

const stampPath = (world) => join(world.root, 'build', 'engine.json');
const readStamp = (world) => readJson(stampPath(world));
