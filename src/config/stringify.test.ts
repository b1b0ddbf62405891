import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { text } from './fixtures.js';
import { loadExperimentTree } from './load.js';
import { stringifyConfig } from './stringify.js';
import { toPlain } from './tree.js';

const awkward = {
  numbers: [1, -0.5, 1e-6, 4.5e-6, 1e-7, 1e21, Infinity, -Infinity, 0.1, 2e-10],
  texts: [
    'yes',
    '1e-6',
    '010',
    '1:30',
    'null',
    '',
    '~',
    'a: b',
    '# c',
    '[1]',
    '1_0',
    '.5',
    'on',
    '2024-01-01',
    '${a}',
    'a\\${b}',
  ],
  nested: { empty: {}, none: null, list: [], flag: false },
};

test('writes numbers as PyYAML writes and reads them, and quotes text that would read as something else', () => {
  assert.is(
    stringifyConfig({ lr: 1e-6, tiny: 2e-10, large: 1e21, half: 0.5, flag: true, text: 'yes', none: null }),
    text(`
      lr: 1.0e-06
      tiny: 2.0e-10
      large: 1.0e+21
      half: 0.5
      flag: true
      text: "yes"
      none: null
      `) + '\n',
  );
});

test('what is written reads back as the same values', () => {
  assert.equal(toPlain(loadExperimentTree([{ name: 'a.yaml', text: stringifyConfig(awkward) }]).root), awkward);
});

test('a tree is written as its values', () => {
  assert.is(
    stringifyConfig(loadExperimentTree([], ['model.params.mult=[1, 2]'])),
    'model:\n  params:\n    mult:\n      - 1\n      - 2\n',
  );
});

test('equal values are written out, not aliased', () => {
  const shared = { a: 1 };
  assert.is(stringifyConfig({ x: shared, z: shared }), 'x:\n  a: 1\nz:\n  a: 1\n');
});

test.run();
