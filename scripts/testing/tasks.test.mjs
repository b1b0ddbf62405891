import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runTasks, summary } from './pool.mjs';
import { scratchFolder } from './scratch-folder.mjs';
import { checkTask, testFileTask } from './tasks.mjs';

const test = suite('npm test');
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = scratchFolder(test, root);

async function run(text) {
  const path = join(folder, 'sample.test.mjs');
  writeFileSync(path, `import { test } from 'uvu';\n${text}`);
  return testFileTask(root, path.slice(root.length)).run();
}

test('counts what passed, failed and was skipped', async () => {
  const { counts, output } = await run(
    `test('a', () => {}); test('b', () => { throw new Error('so it is'); }); test.skip('c', () => {}); test.run();`,
  );
  assert.equal(counts, { passed: 1, failed: 1, skipped: 1 });
  assert.match(output, 'so it is');
});

test('a process that crashes has failed', async () => {
  const { counts, output } = await run(`test('a', () => process.kill(process.pid, 'SIGKILL')); test.run();`);
  assert.equal(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(output, 'SIGKILL');
});

test('a promise that never settles has failed', async () => {
  const { counts } = await run(`test('a', () => new Promise(() => {})); test.run();`);
  assert.equal(counts, { passed: 0, failed: 1, skipped: 0 });
});

test('a file whose tests never run has failed', async () => {
  const { counts, output } = await run(`test('a', () => {});`);
  assert.equal(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(output, 'is test.run() missing');
});

test('a check counts as one', async () => {
  const tasks = [checkTask(tmpdir(), 'good', ['-e', '0']), checkTask(tmpdir(), 'bad', ['-e', 'process.exit(3)'])];
  const names = [];
  const counts = await runTasks(tasks, 2, ({ name }) => names.push(name));
  assert.is(summary(counts), '1 passed, 1 failed');
  assert.equal(names.sort(), ['bad', 'good']);
});

test.run();
