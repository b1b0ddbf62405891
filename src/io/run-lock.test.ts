import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { UserError } from '../errors.js';
import { lockRunFolder } from './run-lock.js';
import { ownIdentity } from './process-identity.js';

const hasProc = existsSync('/proc/self/stat');
const locksIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('lock.'));

/** A process that takes the folder, says `taken` or `refused`, and then waits to be killed. */
function contender(folder: string): ChildProcess {
  const url = fileURLToPath(new URL('./run-lock.ts', import.meta.url));
  const script = `import { lockRunFolder } from ${JSON.stringify(url)};
await lockRunFolder(${JSON.stringify(folder)}).then(() => console.log('taken'), (error) => console.log('refused', error.message));
setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function said(child: ChildProcess): Promise<string> {
  const [text] = (await once(child.stdout!, 'data')) as [Buffer];
  return text.toString();
}

async function killed(child: ChildProcess): Promise<void> {
  const end = once(child, 'exit');
  child.kill('SIGKILL');
  await end;
}

async function refusal(folder: string): Promise<string> {
  try {
    await lockRunFolder(folder);
  } catch (error) {
    assert.instance(error, UserError);
    return (error as Error).message;
  }
  throw new Error('expected a refusal');
}

test('a folder is taken and given back', async () => {
  const folder = temporaryFolder();
  for (let i = 0; i < 2; i++) {
    const lock = await lockRunFolder(folder);
    const [name = '', ...others] = locksIn(folder);
    assert.equal(others, []);
    assert.match(readFileSync(join(folder, name), 'utf8'), /^\{"since":"\d{4}-.*Z"\}\n$/);
    lock.release();
    lock.release();
    assert.equal(locksIn(folder), []);
  }
});

test('of processes that come at the same moment exactly one gets it; killed, it is free at once', async () => {
  const folder = temporaryFolder();
  const children = Array.from({ length: 4 }, () => contender(folder));
  const answers = await Promise.all(children.map(said));
  const winner = children[answers.findIndex((answer) => answer === 'taken\n')]!;
  const [refused = '', ...others] = answers.filter((answer) => answer !== 'taken\n');
  assert.is(others.length, 2, answers.join());
  assert.match(refused, /^refused .*: another process is writing into this run folder\n {2}found: +process \d+ on /);
  const message = await refusal(folder);
  assert.match(message, new RegExp(`process ${winner.pid} on .*, since \\d{4}-`));
  assert.match(message, `stop it, which saves: kill ${winner.pid}`);
  assert.is(locksIn(folder).length, 1);
  await Promise.all(children.map(killed));
  const began = performance.now();
  (await lockRunFolder(folder)).release();
  assert.ok(performance.now() - began < 1000, 'at once');
  assert.equal(readdirSync(folder), [], 'what the killed one left is removed');
});

test('a signal that ends the process gives the folder back', async () => {
  const folder = temporaryFolder();
  const child = contender(folder);
  assert.is(await said(child), 'taken\n');
  const end = once(child, 'exit');
  child.kill('SIGTERM');
  assert.equal(await end, [null, 'SIGTERM']);
  assert.equal(readdirSync(folder), []);
});

if (hasProc) {
  test('a later process of the same number is not the one that was killed', async () => {
    const folder = temporaryFolder();
    const { namespace, pid, started } = ownIdentity();
    writeFileSync(join(folder, `lock.${hostname()}.${namespace}.${pid}.${started - 1}`), '');
    (await lockRunFolder(folder)).release();
    assert.equal(readdirSync(folder), []);
  });

  test('one that was killed and not yet asked for by its parent holds nothing', async () => {
    const folder = temporaryFolder();
    // The shell's child ends at once, and the shell, become another program, never asks how.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = Number(await said(parent));
    let fields: string[] = [];
    while (fields[0] !== 'Z') {
      await sleep(10);
      fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    }
    writeFileSync(join(folder, `lock.${hostname()}.${ownIdentity().namespace}.${pid}.${fields[19]}`), '');
    (await lockRunFolder(folder)).release();
    await killed(parent);
    assert.equal(readdirSync(folder), []);
  });
}

test('on another host a process lives as long as its file is young', async () => {
  const folder = temporaryFolder();
  const other = join(folder, 'lock.node-7.cluster.4026531836.123.456');
  writeFileSync(other, '{"since":"2026-11-21T08:30:00.000Z"}\n');
  const message = await refusal(folder);
  assert.match(message, /process 123 on node-7\.cluster, since 2026-11-21T08:30:00\.000Z, last sign of life \d s ago/);
  assert.match(message, `wait until it ends; if it was killed, go on 5 minutes after, or now: rm ${other}`);
  const old = Date.now() / 1000 - 301;
  utimesSync(other, old, old);
  (await lockRunFolder(folder)).release();
  assert.equal(readdirSync(folder), []);
});

test('a folder that takes no files is told', async () => {
  const folder = temporaryFolder();
  rmSync(folder, { recursive: true });
  assert.match(await refusal(folder), /cannot lock the run folder: there is no such file or folder/);
});

test.run();
