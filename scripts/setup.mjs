/**
 * Sets up what is missing: npm packages, the commands, dist/, the native engine. Runs before `npm start` and
 * `npm test`; `npm run setup` by hand also tries again what failed, `npm run setup -- --force` looks for LibTorch anew
 * and rebuilds. Plain Node: it runs before node_modules exists.
 */
import { fileURLToPath } from 'node:url';
import { createReport } from './setup/report.mjs';
import { setUp } from './setup/set-up.mjs';
import { realWorld, running } from './setup/world.mjs';

const lifecycle = process.env.npm_lifecycle_event ?? '';
const world = realWorld(fileURLToPath(new URL('..', import.meta.url)), {
  explicit: !lifecycle.startsWith('pre'),
  force: process.argv.includes('--force'),
  report: createReport(process.stdout, process.stderr),
});

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
for (const [signal, number] of Object.entries(SIGNAL_NUMBERS)) {
  process.once(signal, () => {
    // npm and CMake must not run on without the set-up that waits for them.
    if (running.pid !== undefined) process.kill(running.pid, signal);
    process.exit(128 + number);
  });
}

process.exitCode = await setUp(world);
// `npm test` ends with its counts whatever happens; it does not start where set-up failed.
if (lifecycle === 'pretest' && process.exitCode !== 0) console.log('\n0 passed, 1 failed');
