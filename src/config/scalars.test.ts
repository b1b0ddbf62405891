import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseYaml } from './parse.js';
import { toPlain } from './tree.js';

const read = (text: string): unknown => toPlain(parseYaml(text, () => ({ source: 'a.yaml' })));

const readings: readonly (readonly [string, unknown])[] = [
  // Numbers as users of PyYAML and OmegaConf mean them.
  ['1e-6', 0.000001],
  ['1.e-6', 0.000001],
  ['1.0e-06', 0.000001],
  ['2.0E+3', 2000],
  ['.5', 0.5],
  ['-.5', -0.5],
  ['5.', 5],
  ['+3', 3],
  ['1_000', 1000],
  ['1_000.5', 1000.5],
  ['0x1F', 31],
  ['-0x10', -16],
  ['0o17', 15],
  ['0b101', 5],
  ['010', 10],
  ['.inf', Infinity],
  ['-.Inf', -Infinity],
  ['.NaN', NaN],
  // Booleans of YAML 1.1.
  ['True', true],
  ['yes', true],
  ['ON', true],
  ['false', false],
  ['No', false],
  ['off', false],
  // Nothing.
  ['', null],
  ['~', null],
  ['Null', null],
  // Text.
  ['"yes"', 'yes'],
  ["'1'", '1'],
  ['y', 'y'],
  ['1,2', '1,2'],
  ['1:30', '1:30'],
  ['2024-01-01', '2024-01-01'],
  ['1e', '1e'],
  ['1.2.3', '1.2.3'],
  ['0x', '0x'],
  ['_1', '_1'],
  ['val/loss', 'val/loss'],
  ['${a.b}', '${a.b}'],
];

for (const [written, expected] of readings) {
  test(`reads ${written || 'nothing'}`, () => {
    assert.ok(Object.is(read(written), expected), `read ${String(read(written))}`);
  });
}

test('keys are text as written', () => {
  assert.equal(read('on: 1\n0: 2\n1.50: 3\n"a b": 4\n'), { on: 1, 0: 2, '1.50': 3, 'a b': 4 });
});

test.run();
