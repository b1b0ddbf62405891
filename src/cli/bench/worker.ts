/** The process behind one of our engines in `ldm bench`: `worker.js WORKLOAD ENGINE THREADS`. */
import { createInterface } from 'node:readline';
import { selectEngine } from '../../engine/index.js';
import type { Order, Ready, Sample } from './protocol.js';
import { workloadNamed } from './workloads.js';

const [workloadName = '', engineName = '', threads = ''] = process.argv.slice(2);

function say(message: Ready | Sample): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const engine = await selectEngine(engineName, { threads: Number(threads) });
const workload = workloadNamed(workloadName).prepare();
say({ title: engine.description, threads: engine.threads, checks: workload.checks, notes: workload.notes });

for await (const line of createInterface(process.stdin)) {
  const { part, repetitions } = JSON.parse(line) as Order;
  const start = performance.now();
  workload.run(part, repetitions);
  const seconds = (performance.now() - start) / 1000;
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024 });
}
