import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isTorchBuilt } from '../../src/engine/testing.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** More for a long run: `LDM_FUZZ_CALLS=1000 LDM_FUZZ_SEED=7 npm test -- robustness/addon`. */
const { LDM_FUZZ_CALLS = '8', LDM_FUZZ_SEED = '1' } = process.env;

const ready = isTorchBuilt();
const test = suite(`no call of the addon ends the process${ready ? '' : ' (SKIPPED: npm run setup)'}`);

function everyFunction(): void {
  const journal = join(temporaryFolder(), 'journal');
  const program = fileURLToPath(new URL('fuzz-addon.ts', import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', program, LDM_FUZZ_SEED, LDM_FUZZ_CALLS],
    { encoding: 'utf8', env: { ...process.env, LDM_FUZZ_JOURNAL: journal } },
  );
  const last = readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  assert.equal({ status, signal }, { status: 0, signal: null }, `ended by ${last}\n${stderr}`);
  assert.match(stdout, /^\d+ calls returned, 0 threw something else; 1 \+ 2 = 3 3 3$/m);
  assert.ok(Number.parseInt(stdout) > 100, stdout);
}

const title = 'every function returns or throws, whatever its arguments';
if (ready) test(title, everyFunction);
else test.skip(title, everyFunction);

test.run();
