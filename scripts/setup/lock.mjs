import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { running } from './world.mjs';

const POLL_MS = 100;
/** A lock of another machine on a shared disk cannot be asked whether its owner lives: it is believed this long. */
const FOREIGN_LOCK_MS = 30 * 60 * 1000;

/**
 * Runs `work` while no other set-up of this checkout does; waits for one that runs. The lock file names the owner and
 * the program it runs at the moment (npm, cmake), which may outlive an owner that was killed.
 *
 * @template T
 * @param {import('./world.mjs').World} world
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(world, work) {
  const path = join(world.root, 'build', 'setup.lock');
  mkdirSync(join(world.root, 'build'), { recursive: true });
  await acquire(path, world);
  running.onStart = () => writeFileSync(path, owner(running.pid));
  try {
    return await work();
  } finally {
    running.onStart = () => {};
    rmSync(path, { force: true });
  }
}

async function acquire(path, world) {
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, owner(), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = holderOf(path);
    if (holder === undefined) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) world.report.say(`waiting for another set-up of this checkout (process ${holder})`);
    told = true;
    await setTimeout(POLL_MS);
  }
}

function owner(child) {
  return JSON.stringify({ host: hostname(), pid: process.pid, child });
}

/** The living process that holds the lock, or undefined where none does. */
function holderOf(path) {
  try {
    const { host, pid, child } = JSON.parse(readFileSync(path, 'utf8'));
    if (host !== hostname()) return Date.now() - statSync(path).mtimeMs < FOREIGN_LOCK_MS ? pid : undefined;
    return [pid, child].find((process) => process !== undefined && isAlive(process));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    // Half-written: its owner is at it right now, unless it died there.
    return Date.now() - statSync(path).mtimeMs < 1000 ? 'unknown' : undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
