import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFolder, messageOf, text } from './fixtures.js';
import { loadExperimentTree } from './load.js';
import { toPlain } from './tree.js';

test('merges files left to right, then applies the overrides in order', () => {
  inFolder({ 'a.yaml': 'x: 1\ny: {a: 1}\n', 'b.yaml': 'y: {a: 2, b: 2}\n' }, () => {
    const { root, sources } = loadExperimentTree(['a.yaml', 'b.yaml'], ['y.b=3', 'y.b=4', '~x']);
    assert.equal(toPlain(root), { y: { a: 2, b: 4 } });
    assert.equal(sources, ['a.yaml', 'b.yaml', 'override y.b=3', 'override y.b=4', 'override ~x']);
  });
});

test('what is wrong with all files and overrides is reported together', () => {
  const message = inFolder({ 'a.yaml': 'x: 1\nx: 2\n', 'b.yaml': '\ta: 1\n' }, () =>
    messageOf(() => loadExperimentTree(['a.yaml', 'b.yaml', 'c.yaml'], ['y', '~z'])),
  );
  assert.is(
    message,
    text(`
      a.yaml:2:1: x: the key "x" stands here twice
        found:        the first one at a.yaml:1:1
        to fix:       remove one of the two

      b.yaml:1:1: a tab is used as indentation
        found:        a: 1
        to fix:       replace the tab with spaces

      c.yaml: no such file
        did you mean: a.yaml, b.yaml

      override y: there is no "="
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4`),
  );
});

test('where the files can be merged, what is wrong with the merged config is reported too', () => {
  const message = inFolder({ 'a.yaml': 'x: ???\ny: ${z}\nw: ${\n', 'b.yaml': 'x: ???\nl: [1]\n' }, () =>
    messageOf(() => loadExperimentTree(['a.yaml', 'b.yaml'], ['l.1=2', 'v=${', 'u'])),
  );
  assert.is(
    message,
    text(`
      a.yaml:3:4: w: malformed interpolation
        found:        the end after \${
        expected:     a key
        to fix:       write \\\${ where the text itself is to hold "\${"

      override v=\${: v: malformed interpolation
        found:        the end after \${
        expected:     a key
        to fix:       write \\\${ where the text itself is to hold "\${"

      override u: there is no "="
        expected:     path=value, +path=value or ~path, e.g. data.params.batch_size=4

      override l.1=2: l.1: the list has 1 item
        found:        1
        expected:     0
        to fix:       append with +l.1=…

      a.yaml:1:4: x: a value must be given
        found:        ???
        to fix:       give it: x=…

      a.yaml:2:4: y: \${z} refers to nothing
        found:        the config has no "z"`),
  );
});

test('a malformed interpolation is a mistake even where it is replaced', () => {
  assert.match(
    messageOf(() => loadExperimentTree([{ name: 'a.yaml', text: 'x: ${\n' }], ['x=1'])),
    /^a\.yaml:1:4: x: malformed interpolation/,
  );
});

test('a value is given by a later file, an override or a reference', () => {
  const texts = ['a: ???\nb: ???\nc: ${a}\n', 'a: 1\n'].map((text, i) => ({ name: `${i}.yaml`, text }));
  assert.equal(toPlain(loadExperimentTree(texts, ['b=${c}']).root), { a: 1, b: 1, c: 1 });
});

test('overrides alone make a config', () => {
  assert.equal(toPlain(loadExperimentTree([], ['a.b=1']).root), { a: { b: 1 } });
});

test.run();
