import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packageRoot } from '../../../io/package-root.js';
import { workloads } from './index.js';

const test = suite('standard workloads');

for (const { name, parts, pytorch = '', summary } of workloads) {
  test(`${name}: parts of different names, and a script for PyTorch`, () => {
    assert.is(new Set(parts.map((part) => part.name)).size, parts.length);
    assert.ok(parts.every(({ work }) => work === undefined || work.amount > 0));
    assert.ok(existsSync(join(packageRoot(), 'scripts', 'bench', pytorch)), pytorch);
    assert.ok(`${name}: ${summary}`.length <= 120, 'fits into the width of the table');
  });
}

test.run();
