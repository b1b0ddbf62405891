import { spawnSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addonPath } from '../../src/engine/addon/index.js';
import { isTorchBuilt } from '../../src/engine/testing.js';

const ready = isTorchBuilt();
const test = suite(`the addon in worker threads${ready ? '' : ' (SKIPPED: npm run setup)'}`);
const onAddon = (title: string, run: () => void): void => {
  if (ready) test(title, run);
  else test.skip(title, run);
};

/** Runs a CommonJS program in a process of its own; `inWorker(source, data)` gives what a worker's source posts. */
function program(source: string): string {
  const prelude = `
    const { Worker } = require('node:worker_threads');
    const path = ${JSON.stringify(addonPath())};
    const inWorker = (source, data) => new Promise((resolve, reject) => {
      const head = "const { parentPort, workerData } = require('node:worker_threads'); const addon = require(" +
        JSON.stringify(path) + ");";
      const worker = new Worker(head + source, { eval: true, workerData: data });
      let message;
      worker.on('message', (posted) => { message = posted; });
      worker.on('error', reject);
      worker.on('exit', () => resolve(message));
    });
    const sum = "const y = addon.add(addon.fill([70000], 1, 'float32'), addon.fill([70000], 2, 'float32'));" +
      "parentPort.postMessage(addon.read(y)[69999]);";`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['-e', `${prelude}(async () => {${source}})()`],
    { encoding: 'utf8' },
  );
  assert.equal({ status, signal }, { status: 0, signal: null }, stderr);
  return stdout.trim();
}

onAddon('outlives the worker that brought it in, and serves the next one and the main thread', () => {
  const output = program(`
    const first = await inWorker(sum);
    const second = await inWorker(sum);
    const addon = require(path);
    const main = addon.read(addon.fill([2 ** 20], 3, 'float32'))[5];
    console.log(first, second, main, addon.memory().tensors);`);
  assert.is(output, '3 3 3 1');
});

onAddon('two environments compute at once, and neither knows the tensors of the other', () => {
  const output = program(`
    const addon = require(path);
    const x = addon.fill([3], 1, 'float32');
    const refused = inWorker(
      "const own = addon.fill([1], 0, 'float32'); let message = ''; try { addon.read(workerData) } catch (error) {" +
      "message = error.code + ' ' + error.message } parentPort.postMessage([message, own > workerData])", x);
    const sums = Promise.all([inWorker(sum), inWorker(sum), inWorker(sum)]);
    for (let i = 0; i < 200; i++) addon.dispose(addon.matmul(addon.fill([1, 64], 1, 'float32'),
      addon.fill([64, 64], 1, 'float32'), false, false));
    console.log(...(await refused), ...(await sums), addon.read(x).join(' '));`);
  assert.match(output, /^ERR_LDM_TORCH read\(\): no live tensor has number \d+ true 3 3 3 1 1 1$/);
});

onAddon('a worker that is ended in the middle takes only its own tensors along', () => {
  const output = program(`
    const addon = require(path);
    const x = addon.fill([3], 1, 'float32');
    const worker = new Worker("const addon = require(" + JSON.stringify(path) +
      "); require('node:worker_threads').parentPort.postMessage(0); for (;;) addon.fill([1000], 1, 'float32')",
      { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    console.log(addon.memory().tensors, addon.read(x).join(' '));`);
  assert.is(output, '1 1 1 1');
});

test.run();
