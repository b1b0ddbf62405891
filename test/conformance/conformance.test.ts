import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { addonPath } from '../../src/engine/addon/index.js';
import { bundledSuite } from './bundle.js';
import { skips } from './skipped.js';
import { judge } from './verdict.js';

/** tfjs-core's own specs on the torch engine, each one test here. */
const test = suite('tfjs-core’s specs on the torch engine');

if (existsSync(addonPath())) {
  const { SPEC_COUNT, runSuite } = await bundledSuite();
  const specs = await runSuite({ engine: 'torch' });
  const { passed, failed, skipped, problems } = judge(specs, skips);
  for (const { name } of passed) test(name, () => undefined);
  for (const { name, messages } of failed) {
    test(name, () => {
      assert.unreachable(messages.join('\n'));
    });
  }
  for (const { name } of skipped) test.skip(name);
  test('all of them ran, and the list of those that cannot pass is up to date', () => {
    assert.is(specs.length, SPEC_COUNT);
    assert.equal(problems, []);
  });
} else {
  test.skip('SKIPPED: the native engine is not built, npm run setup');
}

test.run();
