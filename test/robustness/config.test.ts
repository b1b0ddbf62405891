import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzzConfigs } from './config/fuzz.js';

test('mutated configs are valid or refused with a place, and no unknown key gets through', () => {
  const { valid, refused, faults } = fuzzConfigs({ seed: 1, cases: 1500 });
  assert.equal(faults.slice(0, 3), []);
  // That both are tried.
  assert.ok(valid > 100 && refused > 500, `${valid} valid, ${refused} refused`);
});

test.run();
