import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { EngineError, OutOfMemoryError } from '../../src/errors.js';
import { loadAddon } from '../../src/engine/addon/index.js';
import { numbers, runSuites, torchSuite } from '../../src/engine/testing.js';

const test = await torchSuite('running out of memory');

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('an absurd tensor is an error that says what to lower, and computing goes on', () => {
  const error = thrown(() => tf.fill([2 ** 20, 2 ** 18], 0));
  assert.instance(error, OutOfMemoryError);
  assert.instance(error, EngineError);
  const { message, code, name } = error as OutOfMemoryError;
  assert.is(code, 'ERR_LDM_OUT_OF_MEMORY');
  assert.is(name, 'OutOfMemoryError');
  assert.match(message, /^Fill: fill\(\): out of memory/);
  assert.match(message, /asked for: +1\.0 TiB/);
  assert.match(message, /in use: +.* by \d+ tensors, .* kept for later/);
  assert.match(message, /data\.params\.batch_size[^]*use_checkpoint/);
  assert.throws(() => tf.zeros([2 ** 38]));
  tf.tidy(() => {
    assert.equal(Array.from(tf.add(tf.ones([2]), 1).dataSync()), [2, 2]);
  });
});

test('memory kept for later is given back before a request fails', () => {
  const addon = loadAddon();
  const { limit } = addon.memory();
  addon.setMemoryLimit(2 ** 26);
  try {
    for (const size of [2 ** 22, 2 ** 23]) addon.dispose(addon.fill([size], 0, 'float32'));
    assert.ok(addon.memory().pooled >= 2 ** 25);
    addon.dispose(addon.fill([3 * 2 ** 22], 0, 'float32'));
    assert.throws(() => addon.fill([2 ** 25], 0, 'float32'), /out of memory, asked for 134217728 bytes/);
    assert.is(addon.memory().pooled, 0);
  } finally {
    addon.setMemoryLimit(limit);
  }
});

test('an operation in the middle of a model fails whole', () => {
  const addon = loadAddon();
  const { limit, bytes } = addon.memory();
  const before = addon.memory().tensors;
  addon.setMemoryLimit(bytes + 2 ** 23);
  try {
    const error = thrown(() =>
      tf.tidy(() => {
        const grads = tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'));
        return grads([tf.fill([4, 64, 64, 64], 1), numbers([3, 3, 64, 64])]);
      }),
    );
    assert.instance(error, OutOfMemoryError);
    assert.match((error as Error).message, /Conv2D: conv2d\(float32\[4,64,64,64\]/);
  } finally {
    addon.setMemoryLimit(limit);
  }
  assert.is(addon.memory().tensors, before);
});

if (process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0) {
  test('training goes on with smaller batches where the system refuses memory', () => {
    const program = fileURLToPath(new URL('out-of-memory-loop.ts', import.meta.url));
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, '400'], {
      encoding: 'utf8',
    });
    assert.equal({ status, signal }, { status: 0, signal: null }, stderr);
    const { failures, loss, leaked } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    assert.ok(Number(failures) >= 2, stdout);
    assert.is(leaked, 0);
    assert.ok(Number.isFinite(loss), stdout);
    assert.match(stdout, /out of memory/);
  });
}

runSuites();
