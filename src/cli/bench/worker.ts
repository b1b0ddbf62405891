/** The process behind one of our engines in `ldm bench`: `worker.js WORKLOAD ENGINE THREADS PRECISION`. */
import { createInterface } from 'node:readline';
import { fallbackCalls, kernelSupport, precisionNamed, selectEngine, type EngineName } from '../../engine/index.js';
import { convolutionTimes } from './convolution-times.js';
import type { KernelTime, Order, Ready, Sample } from './protocol.js';
import { workloadNamed } from './workloads/index.js';

const [workloadName = '', engineName = '', threads = '', precision = ''] = process.argv.slice(2);
const LIBRARIES = { torch: 'LibTorch', tensorflow: 'TensorFlow', wasm: 'tfjs-backend-wasm', cpu: 'tfjs-backend-cpu' };

function say(message: Ready | Sample): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The kernels borrowed from tfjs's CPU backend so far, as often as each was. */
function borrowed(): string[] {
  return [...fallbackCalls()].map(([kernel, calls]) => `${kernel} ${calls}`);
}

const engine = await selectEngine(engineName as EngineName, {
  threads: Number(threads),
  precision: precisionNamed(precision),
});
const workload = workloadNamed(workloadName);
const prepared = workload.prepare();
const { fallback } = kernelSupport(engine.name);
const checks: Record<string, number> = {};
const lacks: Record<string, string> = {};
for (const { name, kernels = [] } of workload.parts) {
  // Borrowed from tfjs's CPU backend, a kernel may take minutes, and tells nothing of this engine.
  let missing = kernels.filter((kernel) => fallback.includes(kernel));
  if (missing.length === 0) {
    const before = borrowed();
    const check = await prepared.check(name);
    missing = borrowed()
      .filter((calls) => !before.includes(calls))
      .map((calls) => calls.split(' ')[0] ?? '');
    if (missing.length === 0) checks[name] = check;
  }
  if (missing.length > 0) lacks[name] = `no kernel of its own for ${missing.join(', ')}`;
}
const tellsConvolutions = engine.name === 'torch';
say({
  title: `${LIBRARIES[engine.name]} ${engine.version}`,
  threads: engine.threads,
  checks,
  lacks,
  tellsConvolutions,
});

for await (const line of createInterface(process.stdin)) {
  const { part, repetitions, tellConvolutions = false } = JSON.parse(line) as Order;
  const run = () => prepared.run(part, repetitions);
  let convolutions: KernelTime[] | undefined;
  const start = performance.now();
  if (tellConvolutions) convolutions = await convolutionTimes(run);
  else await run();
  const seconds = (performance.now() - start) / 1000;
  say({ seconds, peakBytes: process.resourceUsage().maxRSS * 1024, ...(convolutions && { convolutions }) });
}
