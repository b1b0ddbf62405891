import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { wrapText } from './wrap.js';

const test = suite('lines of a width');

test('texts are broken at spaces', () => {
  const text = 'one two three four five six seven eight nine';
  assert.is(wrapText(text, 30), 'one two three four five six\nseven eight nine');
  assert.is(wrapText(text, Infinity), text);
});

test('a word that is too long stands alone; a terminal too narrow for text is not obeyed', () => {
  const path = 'a/very/long/path/of/more/than/thirty/characters';
  assert.is(wrapText(`see ${path} there`, 30), `see\n${path}\nthere`);
  assert.is(wrapText('ten words of some length that go on', 5), 'ten words of some length\nthat go on');
});

test.run();
