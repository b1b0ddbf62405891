import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandBraces } from './expand-braces.js';

test('as bash expands them', () => {
  assert.equal(expandBraces('a.tar'), ['a.tar']);
  assert.equal(expandBraces('{008..011}.tar'), ['008.tar', '009.tar', '010.tar', '011.tar']);
  assert.equal(expandBraces('s{9..11}'), ['s9', 's10', 's11']);
  assert.equal(expandBraces('s{2..0}'), ['s2', 's1', 's0']);
  assert.equal(expandBraces('{a,b}/{0..1}.tar'), ['a/0.tar', 'a/1.tar', 'b/0.tar', 'b/1.tar']);
  assert.equal(expandBraces('x{a,{b,c{0..1}}}'), ['xa', 'xb', 'xc0', 'xc1']);
});

test('other braces stay', () => {
  for (const text of ['{a}.tar', '{}', '{a', 'a}', '{0..b}']) assert.equal(expandBraces(text), [text]);
  assert.equal(expandBraces('{a}{0..1}'), ['{a}0', '{a}1']);
  assert.equal(expandBraces('{a{0..1}'), ['{a0', '{a1']);
});

test.run();
