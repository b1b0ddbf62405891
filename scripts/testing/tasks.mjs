import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout, clearTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';

/** The long ones, which compare whole networks, begin first: then nobody waits for one that began last. */
const FOLDERS = ['test', 'src', 'registry', 'scripts'];
const TEST_FILE = /\.test\.(ts|mjs)$/;
/** No single file takes minutes; one that does hangs. */
const TIME_LIMIT_MS = 15 * 60 * 1000;

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, counts: Counts, output: string, milliseconds: number }} Result
 * @typedef {{ name: string, run: () => Promise<Result> }} Task
 */

/** Every test file of the checkout, as paths relative to it. */
export function testFiles(root) {
  return FOLDERS.flatMap((folder) => filesUnder(join(root, folder)).sort())
    .filter((path) => TEST_FILE.test(path))
    .map((path) => relative(root, path));
}

function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

/**
 * A test file in a process of its own: a crash of native code, an open handle or a tfjs backend left on is its own.
 *
 * @param {string} file relative to the root
 * @param {string} [compiled] the path of what it was compiled to; without it, its source is run
 * @returns {Task}
 */
export function testFileTask(root, file, compiled) {
  const runner = fileURLToPath(new URL('run-file.mjs', import.meta.url));
  const loader = compiled === undefined ? ['--import', 'tsx'] : ['--enable-source-maps'];
  const args = [...loader, runner, compiled ?? join(root, file)];
  return { name: file, run: () => execute(root, file, args) };
}

/**
 * A check that passes or fails as a whole.
 *
 * @param {readonly string[]} args of Node
 * @returns {Task}
 */
export function checkTask(root, name, args) {
  return { name, run: () => execute(root, name, args, { passesAsOne: true }) };
}

/** @returns {Promise<Result>} */
function execute(root, name, args, { passesAsOne = false } = {}) {
  return new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
        // Test files run side by side, one per core.
        OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? '1',
      },
    });
    let output = '';
    let counts;
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, TIME_LIMIT_MS);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('message', (message) => (counts = message));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (passesAsOne) counts = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
      if (counts === undefined || (code !== 0 && counts.failed === 0)) {
        const end = timedOut ? 'it hung and was killed' : `its process ended early (${signal ?? `exit code ${code}`})`;
        output += `\n${end}\n`;
        counts = { passed: counts?.passed ?? 0, failed: 1, skipped: counts?.skipped ?? 0 };
      }
      resolve({ name, counts, output, milliseconds: performance.now() - start });
    });
  });
}
