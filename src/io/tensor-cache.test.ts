import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { TensorCache } from './tensor-cache.js';

const key = (text: string): Buffer => Buffer.from(text.padEnd(32));
const image = { shape: [1, 2, 2], data: Float32Array.of(1, -2.5, 0, 1e-9) };

test('gives what was put, as it was', async () => {
  const cache = new TensorCache(join(temporaryFolder(), 'a', 'latents'));
  assert.is(cache.get(key('one')), undefined);
  cache.put(key('one'), image);
  cache.put(key('scalar'), { shape: [], data: Float32Array.of(7) });
  await cache.flush();
  assert.equal(cache.get(key('one')), image);
  assert.equal(cache.get(key('scalar')), { shape: [], data: Float32Array.of(7) });
  assert.is(cache.get(key('two')), undefined);
  await cache.close();
});

test('outlives its process, and takes several at once', async () => {
  const folder = temporaryFolder();
  const cache = new TensorCache(folder);
  cache.put(key('mine'), image);
  await cache.flush();
  const program = `
    import { TensorCache } from './src/io/tensor-cache.ts';
    const cache = new TensorCache(process.argv[1]);
    if (!cache.get(Buffer.from('mine'.padEnd(32)))) process.exit(3);
    cache.put(Buffer.from('theirs'.padEnd(32)), { shape: [1], data: Float32Array.of(5) });
    await cache.flush();
    process.kill(process.pid, 'SIGKILL');`;
  const { signal, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, folder],
    { encoding: 'utf8' },
  );
  assert.is(signal, 'SIGKILL', stderr);
  assert.equal(cache.get(key('theirs')), { shape: [1], data: Float32Array.of(5) });
  await cache.close();
});

test('a folder that cannot be written is named', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  assert.throws(
    () => new TensorCache(join(folder, 'file', 'latents')),
    /cannot keep tensors: a part of the path is a file/,
  );
  if (process.getuid?.() === 0) return;
  chmodSync(folder, 0o500);
  assert.throws(() => new TensorCache(join(folder, 'latents')), /cannot keep tensors: no permission/);
});

test.run();
