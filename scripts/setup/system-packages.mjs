import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OLDEST, isAtLeast } from './find-libtorch.mjs';
import { systemPath, textOf, which } from './world.mjs';

/** And what images are decoded with several times faster than without. */
const LIBTORCH_PACKAGES = ['libtorch-dev', 'libgloo-dev', 'libjpeg-dev'];
/** Debian's LibTorch multiplies matrices with whatever BLAS is installed; the reference one is 25 times slower. */
const BLAS_PACKAGE = 'libopenblas0-pthread';
const FAST_BLAS = /openblas|mkl|blis|atlas|nvblas|armpl/i;

/** The programs that building takes, each with Debian's package for it; one program of each group is enough. */
const BUILD_TOOLS = [
  { programs: ['cmake'], package: 'cmake' },
  { programs: ['c++', 'g++', 'clang++'], package: 'g++' },
  { programs: ['ninja', 'make'], package: 'make' },
];

export function missingTools(world) {
  return BUILD_TOOLS.filter(({ programs }) => programs.every((program) => which(world, program) === undefined));
}

/** Whether the system's LibTorch runs on the slow reference BLAS. Other LibTorchs bring their own BLAS. */
export function lacksFastBlas(world, libtorch) {
  if (libtorch?.source !== 'system' || !isDebian(world)) return false;
  try {
    return !FAST_BLAS.test(realpathSync(join(dirname(libtorch.library), 'libblas.so.3')));
  } catch {
    return false;
  }
}

/** Debian's packages that the native engine still lacks. */
export function missingPackages(world, libtorch) {
  const tools = missingTools(world).map((tool) => tool.package);
  if (libtorch === undefined) return [...LIBTORCH_PACKAGES, BLAS_PACKAGE, ...tools];
  return [...(lacksFastBlas(world, libtorch) ? [BLAS_PACKAGE] : []), ...tools];
}

export function isDebian(world) {
  const release = textOf(systemPath(world, '/etc/os-release'));
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) => value.split(' '));
  return (ids.includes('debian') || ids.includes('ubuntu')) && which(world, 'apt-get') !== undefined;
}

export const canInstall = (world) => world.uid === 0 && isDebian(world);

/**
 * @param {import('./world.mjs').World} world
 * @param {readonly string[]} packages
 * @returns {Promise<import('./world.mjs').Outcome>}
 */
export async function install(world, packages) {
  const options = {
    log: join(world.root, 'build', 'apt.log'),
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  };
  // Another apt may hold the lock, as on a machine that has just started.
  const apt = (...args) => world.exec('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...args], options);
  // An update that fails for one of several sources leaves the others usable: the installation decides.
  await apt('update');
  const tooOld = await tooOldInApt(world, packages);
  if (tooOld !== undefined) return { code: 1, output: tooOld };
  return apt('install', '-y', '--no-install-recommends', ...packages);
}

/** Why apt's LibTorch will not do, or undefined: an old distribution has one that the engine does not build against. */
export async function tooOldInApt(world, packages) {
  if (!packages.includes('libtorch-dev')) return undefined;
  const { output } = await world.exec('apt-cache', ['policy', 'libtorch-dev']);
  const candidate = /Candidate: (?:\d+:)?(\d+\.\d+)/.exec(output)?.[1];
  if (candidate === undefined || isAtLeast(candidate, OLDEST)) return undefined;
  return `this distribution has LibTorch ${candidate}, and the engine needs ${OLDEST} or newer`;
}

/** The one command that mends what is missing, for a person with the right to run it. */
export async function installCommand(world, libtorch) {
  const packages = missingPackages(world, libtorch);
  if (isDebian(world) && (await tooOldInApt(world, packages)) === undefined) {
    const sudo = world.uid === 0 ? '' : 'sudo ';
    const update = `${sudo}apt-get update`;
    return `${update} && ${sudo}apt-get install -y --no-install-recommends ${packages.join(' ')} && npm run setup`;
  }
  if (libtorch === undefined) return 'python3 -m pip install torch && npm run setup';
  return `install ${missingTools(world)
    .map(({ programs }) => programs.join(' or '))
    .join(', ')}, then: npm run setup`;
}
