import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/**
 * Everything set-up sees of the machine. Tests hand in their own: a folder for the checkout, another for the system's
 * files, and an `exec` that runs nothing.
 *
 * @typedef {object} World
 * @property {string} root the checkout
 * @property {string} systemRoot where the machine's own files begin, `/`
 * @property {Record<string, string | undefined>} env
 * @property {number} uid 0 for root; -1 where the platform has none
 * @property {{ abi: string, path: string }} node
 * @property {boolean} explicit asked for by name (`npm run setup`), not by the way of `npm start`
 * @property {boolean} force look for LibTorch and build again, whatever the stamps say
 * @property {Exec} exec
 * @property {import('./report.mjs').Report} report
 *
 * @typedef {{ code: number | null, output: string }} Outcome `code` is null where the program could not be started
 * @typedef {{ env?: Record<string, string>, log?: string, timeout?: number }} ExecOptions
 * @typedef {(command: string, args: readonly string[], options?: ExecOptions) => Promise<Outcome>} Exec
 */

/** How much of a program's output is kept for messages; the whole of it goes to `options.log`. */
const KEPT_OUTPUT = 64 * 1024;

/**
 * @param {string} root
 * @param {{ explicit: boolean, force: boolean, report: import('./report.mjs').Report }} options
 * @returns {World}
 */
export function realWorld(root, { explicit, force, report }) {
  return {
    root,
    systemRoot: '/',
    env: process.env,
    uid: process.getuid?.() ?? -1,
    node: { abi: process.versions.modules, path: process.execPath },
    explicit,
    force,
    report,
    exec: (command, args, options) => execute(root, command, args, options),
  };
}

/** The child that runs now, if any, for whoever has to stop it or wait for it. */
export const running = { pid: /** @type {number | undefined} */ (undefined), onStart: () => {} };

/** @returns {Promise<Outcome>} */
function execute(cwd, command, args, { env = {}, log, timeout } = {}) {
  return new Promise((resolve) => {
    if (log !== undefined) mkdirSync(dirname(log), { recursive: true });
    const file = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
    file?.write(`$ ${[command, ...args].join(' ')}\n`);
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    });
    running.pid = child.pid;
    running.onStart();
    let output = '';
    const keep = (chunk) => {
      file?.write(chunk);
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
    };
    const finish = (code) => {
      running.pid = undefined;
      if (file === undefined) resolve({ code, output });
      else file.end(() => resolve({ code, output }));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      keep(`${error.message}\n`);
      finish(null);
    });
    // A program ended by a signal has failed like any other.
    child.on('close', (code, signal) => child.pid !== undefined && finish(code ?? (signal === null ? null : 1)));
  });
}

/** The full path of a program on the PATH, or undefined. */
export function which(world, program) {
  const folders = (world.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A file of the machine, e.g. `/etc/os-release`. */
export function systemPath(world, path) {
  return join(world.systemRoot, path);
}

/** A file's text, or the empty string where there is none. */
export function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
