/** The process behind one of our engines in `ldm bench`: `worker.js WORKLOAD ENGINE THREADS`. */
import { createInterface } from 'node:readline';
import { kernelSupport, selectEngine, type EngineName } from '../../engine/index.js';
import type { Order, Ready, Sample } from './protocol.js';
import { workloadNamed } from './workloads.js';

const [workloadName = '', engineName = '', threads = ''] = process.argv.slice(2);
const LIBRARIES = { torch: 'LibTorch', tensorflow: 'TensorFlow', wasm: 'tfjs-backend-wasm', cpu: 'tfjs-backend-cpu' };

function say(message: Ready | Sample): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const engine = await selectEngine(engineName as EngineName, { threads: Number(threads) });
const workload = workloadNamed(workloadName);
const prepared = workload.prepare();
const { fallback } = kernelSupport(engine.name);
const notes = workload.parts.flatMap(({ name, kernels = [] }) => {
  const lacking = kernels.filter((kernel) => fallback.includes(kernel));
  return lacking.length === 0 ? [] : [[name, `has no ${lacking.join(', ')}; runs on tfjs's CPU backend`] as const];
});
say({
  title: `${LIBRARIES[engine.name]} ${engine.version}`,
  threads: engine.threads,
  checks: prepared.checks,
  notes: Object.fromEntries(notes),
});

for await (const line of createInterface(process.stdin)) {
  const { part, repetitions } = JSON.parse(line) as Order;
  const start = performance.now();
  prepared.run(part, repetitions);
  const seconds = (performance.now() - start) / 1000;
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
}
