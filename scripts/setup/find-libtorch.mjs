import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from './setup-error.mjs';
import { systemPath, textOf, which } from './world.mjs';

/** The oldest LibTorch that native/ compiles against. */
export const OLDEST = '1.13';

const ASK_PYTHON = "import importlib.util as u; s = u.find_spec('torch'); print(s.origin if s else '')";
const PYTHON_TIMEOUT_MS = 20_000;

/**
 * @typedef {object} LibTorch
 * @property {string} prefix the folder that holds include/ and lib/
 * @property {string} library the path of libtorch_cpu
 * @property {string} version
 * @property {'LIBTORCH' | 'python' | 'system'} source
 * @property {string} fingerprint changes when the library is replaced
 */

/**
 * LibTorch as `LIBTORCH=/path` names it, else the one of a Python `torch` package, else the system's.
 *
 * @param {import('./world.mjs').World} world
 * @returns {Promise<{ found?: LibTorch, rejected: string[] }>} what was there but is of no use is told in `rejected`
 */
export async function findLibTorch(world) {
  const rejected = [];
  if (world.env.LIBTORCH) return { found: libTorchOfEnv(world.env.LIBTORCH), rejected };
  const candidates = [];
  for (const prefix of await pythonPrefixes(world)) candidates.push({ prefix, source: 'python' });
  candidates.push({ prefix: systemPath(world, '/usr'), source: 'system' });
  candidates.push({ prefix: systemPath(world, '/usr/local'), source: 'system' });
  for (const { prefix, source } of candidates) {
    const { found, problem } = inspect(prefix, source);
    if (found !== undefined) return { found: itself(world, found), rejected };
    if (problem !== undefined) rejected.push(problem);
  }
  return { rejected };
}

/** Debian's python3-torch links to the system's LibTorch: that is the one found. */
function itself(world, found) {
  const system = inspect(systemPath(world, '/usr'), 'system').found;
  return system?.fingerprint === found.fingerprint ? system : found;
}

function libTorchOfEnv(path) {
  // The package folder, a downloaded libtorch/, or one level above either.
  for (const prefix of [path, join(path, 'torch'), join(path, 'libtorch')]) {
    const { found, problem } = inspect(prefix, 'LIBTORCH');
    if (found !== undefined) return found;
    if (problem !== undefined) throw new SetupError(`LIBTORCH=${path}: ${problem}`, 2);
  }
  throw new SetupError(
    `LIBTORCH=${path}: there is no LibTorch.
  expected:     a folder with include/ATen/ATen.h and lib/libtorch_cpu.so, as LibTorch's archive
                or a Python package's torch/ folder has
  to fix:       correct the path, or unset LIBTORCH to have one looked for`,
    2,
  );
}

/** Folders of Python's torch packages, asked without importing them: that would take seconds. */
async function pythonPrefixes(world) {
  const interpreters = [which(world, 'python3'), which(world, 'python'), systemPath(world, '/usr/bin/python3')].filter(
    (path) => path !== undefined && existsSync(path),
  );
  const prefixes = [];
  for (const python of new Set(interpreters)) {
    const { code, output } = await world.exec(python, ['-c', ASK_PYTHON], { timeout: PYTHON_TIMEOUT_MS });
    const origin = output.trim().split('\n').at(-1) ?? '';
    if (code === 0 && origin.endsWith('__init__.py')) prefixes.push(dirname(origin));
  }
  return new Set(prefixes);
}

/**
 * @param {string} prefix
 * @param {LibTorch['source']} source
 * @returns {{ found?: LibTorch, problem?: string }} neither where there is nothing of LibTorch
 */
export function inspect(prefix, source) {
  if (!existsSync(join(prefix, 'include', 'ATen', 'ATen.h'))) return {};
  const library = libraryUnder(prefix);
  if (library === undefined) return { problem: `${prefix} has LibTorch's headers but no libtorch_cpu` };
  const version = versionOf(prefix);
  if (!isAtLeast(version, OLDEST)) {
    return { problem: `${prefix} has LibTorch ${version}, and the engine needs ${OLDEST} or newer` };
  }
  return { found: { prefix, library, version, source, fingerprint: fingerprintOf(library) } };
}

/** Size and time of the library: another LibTorch under the same path is another LibTorch. */
export function fingerprintOf(library) {
  try {
    const path = realpathSync(library);
    const { size, mtimeMs } = statSync(path);
    return `${path}:${size}:${mtimeMs}`;
  } catch {
    return '';
  }
}

function libraryUnder(prefix) {
  const lib = join(prefix, 'lib');
  // Debian keeps libraries one level down, in a folder per architecture.
  const folders = existsSync(lib)
    ? [
        lib,
        ...readdirSync(lib)
          .filter((name) => name.includes('-linux-'))
          .map((name) => join(lib, name)),
      ]
    : [];
  const names = ['libtorch_cpu.so', 'libtorch_cpu.dylib'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

function versionOf(prefix) {
  const header = textOf(join(prefix, 'include', 'torch', 'csrc', 'api', 'include', 'torch', 'version.h'));
  const number = (name) => new RegExp(`TORCH_VERSION_${name} (\\d+)`).exec(header)?.[1] ?? '0';
  return `${number('MAJOR')}.${number('MINOR')}.${number('PATCH')}`;
}

/** Compares `major.minor`; what follows is ignored. */
export function isAtLeast(version, oldest) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldest.split('.').map(Number);
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}
