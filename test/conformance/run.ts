/**
 * Runs tfjs-core's own specs on the torch engine; `npm run test:conformance -- --help` says how. Exits with 1 when a spec
 * fails, or when an entry of the list of those that cannot pass is stale.
 */
import { parseArgs } from 'node:util';
import { bundledSuite } from './bundle.js';
import { skips } from './skipped.js';
import type { ConformingEngine, Spec } from './suite.js';
import { judge } from './verdict.js';

const HELP = `npm run test:conformance -- [--engine torch|cpu] [WORD…]

tfjs-core's own specs on an engine: those whose name contains one of the words, or all.
cpu is tfjs's own backend, for comparison.`;

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string', default: 'torch' }, help: { type: 'boolean', default: false } },
});
const isEngine = (name: string): name is ConformingEngine => name === 'torch' || name === 'cpu';
const { engine } = values;
if (values.help || !isEngine(engine)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const DOT_EVERY = 100;
let done = 0;
const showProgress = (): void => {
  done += 1;
  if (done % DOT_EVERY === 0) process.stdout.write('.');
};
const start = performance.now();
const chosen = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
const { SPEC_COUNT, runSuite } = await bundledSuite();
const specs = await runSuite({ engine, chosen, onSpec: showProgress });

// What the torch engine cannot pass says nothing of another.
const applicable = engine === 'torch' ? skips.filter(({ name }) => chosen(name)) : [];
const { passed, failed, skipped, pending, problems } = judge(specs, applicable);
const missing =
  words.length === 0 && specs.length < SPEC_COUNT ? [`only ${specs.length} of ${SPEC_COUNT} specs ran`] : [];
const complaints = [...problems, ...missing, ...(specs.length === 0 ? [`no spec matches ${words.join(', ')}`] : [])];

const describe = ({ name, messages }: Spec): string =>
  `FAILED ${name}\n${messages.join('\n').replaceAll(/^/gm, '    ')}`;
console.log('');
for (const spec of failed) console.log(describe(spec));
for (const { name, reason } of applicable) console.log(`skipped ${name}: ${reason}`);
for (const complaint of complaints) console.log(`PROBLEM ${complaint}`);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(
  `${engine}: ${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped by the list, ` +
    `${pending.length} left out by tfjs; ${specs.length} specs in ${seconds} s`,
);
// What a spec left open, a worker for example, must not keep the process.
process.exit(failed.length + complaints.length > 0 ? 1 : 0);
