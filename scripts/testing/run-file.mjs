/**
 * Runs one uvu test file in this process and sends `{ passed, failed, skipped }` to the parent. uvu's own summary would
 * have to be parsed; its queue of suites is what its own runner walks too.
 */
import { pathToFileURL } from 'node:url';

const file = process.argv[2];
globalThis.UVU_DEFER = 1;
await import('uvu');
globalThis.UVU_INDEX = 0;
globalThis.UVU_QUEUE.push([]);

const counts = { passed: 0, failed: 0, skipped: 0 };
await import(pathToFileURL(file).href);
for (const suite of globalThis.UVU_QUEUE[0]) {
  try {
    const [errors, passed, skipped, total] = await suite();
    counts.passed += passed;
    counts.failed += total - passed;
    counts.skipped += skipped;
    if (errors !== true) process.stdout.write(`\n${errors}\n`);
  } catch (error) {
    // A hook of the suite threw: its tests did not run.
    counts.failed += 1;
    process.stdout.write(`\n${error.stack}\n`);
  }
}
if (counts.passed + counts.failed + counts.skipped === 0) {
  counts.failed = 1;
  process.stdout.write('no test ran; is test.run() missing at the end of the file?\n');
}
// Without waiting for what a test left open: the next file has a process of its own.
process.send(counts, () => process.exit());
