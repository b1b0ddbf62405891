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
const checks: Record<string, number> = {};
const lacks: Record<string, string> = {};
for (const { name, kernels = [] } of workload.parts) {
  const borrowed = kernels.filter((kernel) => fallback.includes(kernel));
  // Borrowed from tfjs's CPU backend, a kernel may take minutes, and tells nothing of this engine.
  if (borrowed.length > 0) lacks[name] = `no kernel of its own for ${borrowed.join(', ')}`;
  else checks[name] = prepared.check(name);
}
say({ title: `${LIBRARIES[engine.name]} ${engine.version}`, threads: engine.threads, checks, lacks });

for await (const line of createInterface(process.stdin)) {
  const { part, repetitions } = JSON.parse(line) as Order;
  const start = performance.now();
  prepared.run(part, repetitions);
  const seconds = (performance.now() - start) / 1000;
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
}
