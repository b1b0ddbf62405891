/**
 * `npm test`: lint, formatting, types and every test file. `npm test -- PATTERN…` runs the test files whose path
 * contains one of the patterns, and shows all they print. Ends with `N passed, N failed`.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bundleTests } from './testing/bundle.mjs';
import { runTasks, summary } from './testing/pool.mjs';
import { checkTask, testFiles, testFileTask } from './testing/tasks.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const patterns = process.argv.slice(2);
const chosen = patterns.length > 0;

const checks = [
  checkTask(root, 'lint (eslint)', ['node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0']),
  checkTask(root, 'types (tsc)', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit']),
  checkTask(root, 'format (prettier)', [
    'node_modules/prettier/bin/prettier.cjs',
    '--check',
    ...['--log-level', 'warn'],
    // By the contents of each file: what has not changed since it passed is not read again.
    ...['--cache', '--cache-location', 'build/prettier', '--cache-strategy', 'content'],
    '.',
  ]),
];
const files = testFiles(root).filter((file) => !chosen || patterns.some((pattern) => file.includes(pattern)));
const { compiled, remove } = await bundleTests(root, files);
process.on('exit', remove);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const tasks = [...(chosen ? [] : checks), ...files.map((file) => testFileTask(root, file, compiled.get(file)))];

if (files.length === 0) console.log(`no test file matches ${patterns.join(' ')}`);
const width = Math.max(1, Math.min(4, availableParallelism()));
const counts = await runTasks(tasks, width, ({ name, counts, output, milliseconds }) => {
  const mark = counts.failed > 0 ? 'FAILED' : 'ok    ';
  console.log(`${mark} ${name}: ${summary(counts)} (${(milliseconds / 1000).toFixed(1)} s)`);
  if (counts.failed > 0 || chosen) console.log(output.trimEnd().replaceAll(/^/gm, '    '));
});
if (files.length === 0) counts.failed += 1;
const { skipped, ...ran } = counts;
if (skipped > 0) console.log(`\n${skipped} skipped: what they need is not on this machine`);
// The last line, and always of one form: continuous integration reads it.
console.log(`\n${summary({ ...ran, skipped: 0 })}`);
process.exitCode = counts.failed > 0 ? 1 : 0;
