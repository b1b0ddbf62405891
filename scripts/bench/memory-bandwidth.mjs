/**
 * A contestant of `ldm bench` that moves memory: what a machine can, whatever the engine. Plain Node, because a loader
 * of TypeScript does not reach worker threads. `memory-bandwidth.mjs THREADS PART BYTES`: the threads update arrays of
 * BYTES together from as large ones; see src/cli/bench/protocol.ts for what is said.
 */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

// Shared by the threads: how often the main thread has asked for an update, and how many have made it.
const ASKED = 0;
const DONE = 1;

/**
 * An update in place: two arrays read, one written. A copy would not do: a cache reads a line before it overwrites it,
 * so that a copy moves half as much again as it tells.
 */
function updater(bytes) {
  const from = new Float64Array(bytes / 8).fill(1);
  const to = new Float64Array(bytes / 8).fill(3);
  return () => {
    for (let i = 0; i < to.length; i++) to[i] = from[i] - to[i];
  };
}

/** A helping thread; it ends with the process. */
function help({ counters, bytes }) {
  const update = updater(bytes);
  parentPort.postMessage('ready');
  for (let asked = 0; ; asked++) {
    Atomics.wait(counters, ASKED, asked);
    update();
    Atomics.add(counters, DONE, 1);
    Atomics.notify(counters, DONE);
  }
}

async function lead(threads, part, totalBytes) {
  const counters = new Int32Array(new SharedArrayBuffer(8));
  const bytes = 8 * Math.floor(totalBytes / threads / 8);
  const program = fileURLToPath(import.meta.url);
  const helpers = Array.from({ length: threads - 1 }, () => new Worker(program, { workerData: { counters, bytes } }));
  // Starting a thread may need the main one, which must not block before.
  await Promise.all(
    helpers.map((helper) => new Promise((resolve, reject) => helper.once('message', resolve).once('error', reject))),
  );
  for (const helper of helpers) helper.unref();
  const update = updater(bytes);
  const updateTogether = () => {
    Atomics.store(counters, DONE, 0);
    Atomics.add(counters, ASKED, 1);
    Atomics.notify(counters, ASKED);
    update();
    for (;;) {
      const done = Atomics.load(counters, DONE);
      if (done === helpers.length) return;
      Atomics.wait(counters, DONE, done);
    }
  };
  say({ title: 'memory bandwidth', threads, checks: { [part]: 0 }, lacks: {} });
  for await (const line of createInterface(process.stdin)) {
    const { repetitions } = JSON.parse(line);
    const start = performance.now();
    for (let i = 0; i < repetitions; i++) updateTogether();
    const seconds = (performance.now() - start) / 1000;
    say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
  }
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

if (isMainThread) {
  const [threads, part, bytes] = process.argv.slice(2);
  await lead(Number(threads), part, Number(bytes));
} else {
  help(workerData);
}
