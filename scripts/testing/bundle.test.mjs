import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bundleTests } from './bundle.mjs';
import { scratchFolder } from './scratch-folder.mjs';
import { testFileTask } from './tasks.mjs';

const test = suite('compiling test files');
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = scratchFolder(test, root);

/** The path, relative to the root, of a file in the folder. */
function written(name, text) {
  writeFileSync(join(folder, name), text);
  return join(folder, name).slice(root.length);
}

test('a compiled file has the place and the lines of its source', async () => {
  const file = written(
    'place.test.ts',
    `import { test } from 'uvu';
import * as assert from 'uvu/assert';
const own: string = ${JSON.stringify(pathToFileURL(join(folder, 'place.test.ts')).href)};
test('url', () => assert.is(import.meta.url, own));
test('line', () => assert.match(new Error('here').stack ?? '', /place\\.test\\.ts:5:/));
test.run();
`,
  );
  const { compiled, remove } = await bundleTests(root, [file]);
  const { counts, output } = await testFileTask(root, file, compiled.get(file)).run();
  assert.equal(counts, { passed: 2, failed: 0, skipped: 0 }, output);
  remove();
  assert.not.ok(existsSync(compiled.get(file)));
});

test('a file that asks where another is runs from its source', async () => {
  const file = written('asks.test.ts', `export const there = import.meta.resolve('./there.js');\n`);
  const { compiled, remove } = await bundleTests(root, [file]);
  assert.equal([...compiled], []);
  remove();
});

test('where one does not compile, all run from their sources', async () => {
  const files = [written('wrong.test.ts', `import './absent.js';\n`), written('right.test.ts', `export {};\n`)];
  const { compiled, remove } = await bundleTests(root, files);
  assert.equal([...compiled], []);
  remove();
});

test.run();
