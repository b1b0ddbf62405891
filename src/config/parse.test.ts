import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf, text } from './fixtures.js';
import { parseYaml } from './parse.js';
import { nodeAt, toPlain, type ConfigNode } from './tree.js';

const parse = (yaml: string): ConfigNode => parseYaml(yaml, (line, column) => ({ source: 'a.yaml', line, column }));
const plain = (yaml: string): unknown => toPlain(parse(yaml));

test('every value knows its place', () => {
  const tree = parse('model:\n  target: UNet\n  mult: [1, 2]\n');
  assert.equal(nodeAt(tree, ['model', 'target'])?.origin, { source: 'a.yaml', line: 2, column: 11 });
  assert.equal(nodeAt(tree, ['model', 'mult', 1])?.origin, { source: 'a.yaml', line: 3, column: 13 });
  assert.is(nodeAt(tree, ['model', 'params', 'x']), undefined);
});

test('anchors, aliases and merge keys: own keys win, then the earlier of several maps', () => {
  assert.equal(plain('a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3, z: *a}\n'), {
    a: { x: 1, y: 2 },
    b: { x: 1, y: 3, z: { x: 1, y: 2 } },
  });
  assert.equal(plain('a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n'), {
    a: { x: 1 },
    b: { x: 2, y: 2 },
    c: { x: 1, y: 2 },
  });
});

test('an aliased value keeps the place where it was written', () => {
  const tree = parse('a: &a\n  x: one\nb: *a\n');
  assert.equal(nodeAt(tree, ['b', 'x'])?.origin, { source: 'a.yaml', line: 2, column: 6 });
});

const deep = (levels: number): string => `a: ${'['.repeat(levels)}${']'.repeat(levels)}`;
const bomb = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, i) =>
      `a${i}: &a${i} [${Array(10)
        .fill(i ? `*a${i - 1}` : 'x')
        .join(', ')}]`,
  ).join('\n');

const mistakes: readonly (readonly [string, string, string])[] = [
  [
    'a tab as indentation',
    'model:\n\ttarget: UNet\n',
    `
     a.yaml:2:1: a tab is used as indentation
       found:        target: UNet
       to fix:       replace the tab with spaces`,
  ],
  [
    'duplicate keys, all of them',
    'a: 1\na: 2\nb:\n  c: 1\n  d: 1\n  c: 2\n',
    `
     a.yaml:2:1: a: the key "a" stands here twice
       found:        the first one at a.yaml:1:1
       to fix:       remove one of the two

     a.yaml:6:3: b.c: the key "c" stands here twice
       found:        the first one at a.yaml:4:3
       to fix:       remove one of the two`,
  ],
  [
    'an unclosed bracket',
    'a: [1, 2\n',
    `
     a.yaml:1:4: a quote or bracket is not closed
       found:        a: [1, 2
       to fix:       close it, or put quotes around text that holds such a character`,
  ],
  [
    'an unclosed quote',
    'a: "x\nb: 1\n',
    `
     a.yaml:1:4: a quote or bracket is not closed
       found:        a: "x
       to fix:       close it, or put quotes around text that holds such a character`,
  ],
  [
    'wrong indentation',
    'a: 1\n b: 2\n',
    `
     a.yaml:1:4: this line does not fit the lines around it
       found:        a: 1
       expected:     "key: value", indented like the keys beside it
       to fix:       put quotes around text that holds ": "; write one space after each colon; line up the keys`,
  ],
  [
    'no space after the colon',
    'a:1\nb: 2\n',
    `
     a.yaml:1:1: this line does not fit the lines around it
       found:        a:1
       expected:     "key: value", indented like the keys beside it
       to fix:       put quotes around text that holds ": "; write one space after each colon; line up the keys`,
  ],
  [
    'a reserved character',
    'a: @home\n',
    `
     a.yaml:1:4: text cannot start with this character
       found:        a: @home
       to fix:       put quotes around the text`,
  ],
  [
    'a Python tag, which would run code in Python',
    'a: !!python/object:os.system x\n',
    `
     a.yaml:1:4: this tag cannot be used in a config
       found:        a: !!python/object:os.system x
       expected:     a plain value, map or list
       to fix:       remove the word that starts with "!"`,
  ],
  [
    'an interpolation in braces without quotes',
    'a: {b: ${c.d}}\n',
    `
     a.yaml:1:9: an interpolation must be in quotes here
       found:        a: {b: \${c.d}}
       expected:     quotes where it stands inside { } or [ ], or holds ": "
       to fix:       write "\${…}"`,
  ],
  [
    'an interpolation in brackets without quotes',
    'a: [1, ${c}]\n',
    `
     a.yaml:1:9: an interpolation must be in quotes here
       found:        a: [1, \${c}]
       expected:     quotes where it stands inside { } or [ ], or holds ": "
       to fix:       write "\${…}"`,
  ],
  [
    'an interpolation with ": " without quotes',
    'a: ${oc.env: X}\n',
    `
     a.yaml:1:4: an interpolation must be in quotes here
       found:        a: \${oc.env: X}
       expected:     quotes where it stands inside { } or [ ], or holds ": "
       to fix:       write "\${…}"`,
  ],
  [
    'several documents',
    'a: 1\n---\nb: 2\n',
    `
     a.yaml:2:1: the file holds several documents
       found:        ---
       expected:     one document
       to fix:       remove the "---" line, or move what follows it into a file of its own`,
  ],
  [
    'a template that was not filled in',
    '{{ a }}: 1\n',
    `
     a.yaml:1:1: this cannot be a key
       found:        a map
       expected:     text
       to fix:       put quotes around text that holds { } [ ] or *`,
  ],
  [
    'a key that would change a prototype',
    'a:\n  __proto__: {admin: true}\n',
    `
     a.yaml:2:3: a.__proto__: "__proto__" cannot be a key
       to fix:       remove it`,
  ],
  [
    'an alias without an anchor',
    'a: *b\n',
    `
     a.yaml:1:4: a: *b refers to nothing
       expected:     &b before a value further up
       to fix:       put quotes around the text if it is meant literally: "*b"`,
  ],
  ['an alias inside its own anchor', 'a: &a {b: *a}\n', 'a.yaml:1:11: a.b: *a stands inside the value that &a names'],
  [
    'a merge of what is not a map',
    'a:\n  <<: 3\n',
    `
     a.yaml:2:7: a.<<: "<<" takes in the keys of another map
       expected:     an alias of a map, e.g. <<: *base`,
  ],
  ['an alias bomb', bomb(12), 'a.yaml:5:9: a4: aliases multiply to more than 50,000 values'],
  ['nesting that no experiment has', deep(65), `a.yaml:1:68: a${'.0'.repeat(64)}: nested more than 64 levels deep`],
];

for (const [name, yaml, message] of mistakes) {
  test(`says what is wrong with ${name}`, () => {
    assert.is(
      messageOf(() => parse(yaml)),
      text(message),
    );
  });
}

test('nesting at the limit is read', () => {
  assert.not.throws(() => parse(deep(63)));
});

test('nesting that would overflow the stack ends in a message', () => {
  assert.match(
    messageOf(() => parse('['.repeat(100_000))),
    /^a\.yaml:1:\d+: nested too deeply\n/,
  );
});

test.run();
