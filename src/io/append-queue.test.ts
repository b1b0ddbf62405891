import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { command } from '../../test/support/command.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { AppendQueue } from './append-queue.js';

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => '',
    (error: unknown) => (error as Error).message,
  );

test('keeps the order, of bytes that come late too', async () => {
  const path = join(temporaryFolder(), 'a');
  const queue = new AppendQueue(path);
  queue.append(Buffer.from('1'));
  queue.append(new Promise((resolve) => setTimeout(resolve, 5, Buffer.from('2'))));
  queue.append(Buffer.from('3'));
  const first = queue.flush();
  queue.append(Buffer.from('4'));
  await first;
  await queue.flush();
  assert.is(readFileSync(path, 'utf8'), '1234');
  queue.append(Buffer.from('5'));
  await queue.close();
  assert.is(readFileSync(path, 'utf8'), '12345');
});

test('writes by itself after a moment', async () => {
  const path = join(temporaryFolder(), 'a');
  const queue = new AppendQueue(path);
  queue.append(Buffer.from('1'));
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.is(readFileSync(path, 'utf8'), '1');
  await queue.close();
});

test('what waits is written when the process exits without a flush', async () => {
  const path = join(temporaryFolder(), 'a');
  const source = JSON.stringify(new URL('./append-queue.ts', import.meta.url).href);
  const code = `
    const { AppendQueue } = await import(${source});
    const queue = new AppendQueue(${JSON.stringify(path)});
    queue.append(Buffer.from('1'));
    await queue.flush();
    queue.append(Buffer.from('2'));
    queue.append(Buffer.from('3'));
    process.exit(5);`;
  const result = await command([process.execPath, '--import', 'tsx', '--input-type=module', '-e', code]);
  assert.is(result.code, 5, result.stderr);
  assert.is(readFileSync(path, 'utf8'), '123');
});

test('a failure is thrown by every flush after it, and nowhere else', async () => {
  const path = join(temporaryFolder(), 'a');
  mkdirSync(path);
  const queue = new AppendQueue(path);
  queue.append(Buffer.from('1'));
  // The write by timer fails unobserved.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const message = `${path}: cannot write: it is a folder, not a file (what was logged since is lost)`;
  assert.ok((await messageOf(queue.flush())).startsWith(message));
  queue.append(Buffer.from('2'));
  assert.ok((await messageOf(queue.close())).startsWith(message));
});

test('bytes that cannot be made are a failure with its reason', async () => {
  const queue = new AppendQueue(join(temporaryFolder(), 'a'));
  queue.append(Promise.reject(new Error('no such colour')));
  assert.match(await messageOf(queue.flush()), 'cannot write: no such colour');
  await messageOf(queue.close());
});

test.run();
