/**
 * Trains in a loop with ever larger batches until memory runs out, then goes on with smaller ones. Run with the address
 * space bounded: `out-of-memory-loop.ts MEGABYTES` bounds it to so much more than it has once all threads are there.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { valueAndGrads } from '../../src/autodiff/index.js';
import { OutOfMemoryError } from '../../src/errors.js';
import { selectEngine } from '../../src/engine/index.js';

const [megabytes = '256'] = process.argv.slice(2);
await selectEngine('torch', { threads: 2 });

const filter = tf.variable(tf.fill([3, 3, 8, 8], 0.01));

function step(batch: number): number {
  return tf.tidy(() => {
    const x = tf.fill<tf.Rank.R4>([batch, 32, 32, 8], 0.5);
    const loss = (): tf.Scalar =>
      tf.mean(tf.square(tf.relu(tf.conv2d(x, filter as unknown as tf.Tensor4D, 1, 'same'))));
    const { value, grads } = valueAndGrads(loss, [filter]);
    for (const gradient of grads) filter.assign(tf.sub(filter, tf.mul(gradient, 0.1)));
    return value.dataSync<'float32'>()[0] ?? NaN;
  });
}

step(4);
const tensors = tf.memory().numTensors;
const [, used = ''] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
const limit = Number(used) * 1024 + Number(megabytes) * 2 ** 20;
spawnSync('prlimit', [`--pid=${process.pid}`, `--as=${limit}`], { stdio: 'inherit' });

let failures = 0;
let batch = 4;
let loss = NaN;
for (let i = 0; i < 40; i++) {
  try {
    loss = step(batch);
    batch *= 2;
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    failures++;
    if (failures === 1) console.log(error.message);
    batch = 4;
  }
}
console.log(JSON.stringify({ failures, loss, leaked: tf.memory().numTensors - tensors }));
