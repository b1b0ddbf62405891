import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { messageOf, text } from './fixtures.js';
import { loadExperimentTree } from './load.js';
import { nodeAt, toPlain, type ConfigTree } from './tree.js';

const load = (yaml: string, ...overrides: string[]): ConfigTree =>
  loadExperimentTree([{ name: 'a.yaml', text: text(yaml) }], overrides);

process.env.LDM_TEST_NAME = 'value';

test('text refers to values, anywhere in it, and to whole maps', () => {
  const { root } = load(`
    data: {size: 32, name: mnist}
    model:
      image_size: \${data.size}
      name: unet_\${data.name}_\${data.size}
      copy: \${data}
      sibling: \${.image_size}
      inner: {up: "\${..image_size}"}
  `);
  assert.equal(nodeAt(root, ['model']) && toPlain(nodeAt(root, ['model']) ?? root), {
    image_size: 32,
    name: 'unet_mnist_32',
    copy: { size: 32, name: 'mnist' },
    sibling: 32,
    inner: { up: 32 },
  });
});

test('references are resolved after all overrides', () => {
  const { root } = load('a: {b: 1}\nc: ${a.b}\nd: ${a}', 'a.b=2', 'e=${c}');
  assert.equal(toPlain(root), { a: { b: 2 }, c: 2, d: { b: 2 }, e: 2 });
});

test('a resolved value stands where its interpolation was written, and keeps it', () => {
  const { root } = load('a: 1e-6\nb: ${a}\nc: ${m}\nm: {x: 1}\n');
  assert.equal(nodeAt(root, ['b']), {
    kind: 'scalar',
    value: 1e-6,
    text: '1e-6',
    origin: { source: 'a.yaml', line: 2, column: 4 },
    interpolation: '${a}',
  });
  const copy = nodeAt(root, ['c']);
  assert.equal(copy?.origin, { source: 'a.yaml', line: 3, column: 4 });
  assert.is(copy?.interpolation, '${m}');
  assert.equal(nodeAt(root, ['c', 'x'])?.origin, { source: 'a.yaml', line: 4, column: 8 });
});

test('resolvers: environment, selection, decoding, keys and values', () => {
  const { root } = load(`
    env: \${oc.env:LDM_TEST_NAME}
    fallback: \${oc.env:LDM_TEST_NOT,64}
    number: \${oc.decode:\${oc.env:LDM_TEST_NOT,64}}
    chosen: \${oc.select:nothing,\${number}}
    map: {a: 1, b: 2}
    keys: \${oc.dict.keys:map}
    values: \${oc.dict.values:map}
    created: "\${oc.create:{a: [1, x], b: \${number}}}"
  `);
  assert.equal(toPlain(root), {
    env: 'value',
    fallback: '64',
    number: 64,
    chosen: 64,
    map: { a: 1, b: 2 },
    keys: ['a', 'b'],
    values: [1, 2],
    created: { a: [1, 'x'], b: 64 },
  });
});

test('a deprecated key gives the value of the new one, and a warning', () => {
  const { root, warnings } = load(
    'old: ${oc.deprecated:new}\nolder: "${oc.deprecated:new,\'$OLD_KEY became ${new}, see $NEW_KEY\'}"\nnew: 3\n',
  );
  assert.equal(toPlain(root), { old: 3, older: 3, new: 3 });
  assert.equal(warnings, [
    { where: 'a.yaml:1:6', path: 'old', problem: 'old is now new' },
    { where: 'a.yaml:2:8', path: 'older', problem: 'older became 3, see new' },
  ]);
});

test('an escaped interpolation is text, also in a value that refers to it', () => {
  assert.equal(toPlain(load("a: '\\${b}'\nc: ${a}\n").root), { a: '${b}', c: '${b}' });
});

const mistakes: readonly (readonly [string, string, string])[] = [
  [
    'a mistyped reference',
    'data: {batch_size: 4}\nmodel: {lr: "${data.batch_sise}"}\n',
    `
      a.yaml:2:13: model.lr: \${data.batch_sise} refers to nothing
        found:        data has no "batch_sise"
        did you mean: data.batch_size`,
  ],
  [
    'a reference to a sibling that lacks its dot',
    'model:\n  steps: 3\n  last: ${steps}\n',
    `
      a.yaml:3:9: model.last: \${steps} refers to nothing
        found:        the config has no "steps"
        did you mean: .steps`,
  ],
  [
    'an index beyond the end of a list',
    'l: [1, 2]\na: ${l[2]}\n',
    `
      a.yaml:2:4: a: \${l[2]} refers to nothing
        found:        l is a list of 2 items
        expected:     an index from 0 to 1`,
  ],
  [
    'a reference into a number',
    'n: 3\na: ${n.x}\n',
    `
      a.yaml:2:4: a: \${n.x} refers to nothing
        found:        n is 3 (integer)
        expected:     a map or list with "x"`,
  ],
  [
    'a reference above the top',
    'a: ${...b}\nb: 1\n',
    `
      a.yaml:1:4: a: \${...b} refers to nothing
        found:        3 dots, which is above the top of the config`,
  ],
  [
    'a cycle, once, with its chain',
    'a: ${b}\nb: x${c.d}\nc: {d: "${a}"}\nelse: ${a}\n',
    `
      a.yaml:3:8: c.d: the interpolation leads back to itself
        found:        a → b → c.d → a`,
  ],
  [
    'a value that contains itself',
    'a: {b: "${c}"}\nc: {d: "${a}"}\n',
    `
      a.yaml:2:8: c.d: the interpolation leads back to itself
        found:        a → a.b → c → c.d → a`,
  ],
  [
    'values that are still to be given, and not what refers to them',
    'a: ???\nb: {c: [1, "???"]}\nd: ${a}\n',
    `
      a.yaml:1:4: a: a value must be given
        found:        ???
        to fix:       give it: a=…

      a.yaml:2:12: b.c.1: a value must be given
        found:        ???
        to fix:       give it: b.c.1=…`,
  ],
  [
    'an interpolation that is not closed',
    'a: ${b\nb: 1\n',
    `
      a.yaml:1:4: a: malformed interpolation
        found:        the end after \${b
        expected:     "}", "." or ":"
        to fix:       write \\\${ where the text itself is to hold "\${"`,
  ],
  [
    'a character that has to be quoted',
    'a: ${oc.env:A,b;c}\n',
    `
      a.yaml:1:4: a: malformed interpolation
        found:        ";" after \${oc.env:A,b
        expected:     quotes around text with such a character
        to fix:       write \\\${ where the text itself is to hold "\${"`,
  ],
  [
    'an unknown resolver',
    'a: ${env:HOME}\nb: ${oc.slect:a}\n',
    `
      a.yaml:1:4: a: there is no resolver "env"
        found:        \${env:HOME}
        expected:     one of oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values, oc.deprecated
        did you mean: oc.env

      a.yaml:2:4: b: there is no resolver "oc.slect"
        found:        \${oc.slect:a}
        expected:     one of oc.env, oc.select, oc.decode, oc.create, oc.dict.keys, oc.dict.values, oc.deprecated
        did you mean: oc.select`,
  ],
  [
    'an environment variable that is not set, nor a name that every object has',
    'a: ${oc.env:LDM_TEST_NOT}\nb: ${oc.env:constructor}\n',
    `
      a.yaml:1:4: a: the environment variable LDM_TEST_NOT is not set
        found:        \${oc.env:LDM_TEST_NOT}
        to fix:       set it, or give a default: \${oc.env:LDM_TEST_NOT,default}

      a.yaml:2:4: b: the environment variable constructor is not set
        found:        \${oc.env:constructor}
        to fix:       set it, or give a default: \${oc.env:constructor,default}`,
  ],
  [
    'too many arguments, and one of the wrong kind',
    'a: ${oc.env:A,b,c}\nb: ${oc.select:3}\nm: [1]\nc: ${oc.dict.keys:m}\n',
    `
      a.yaml:1:4: a: oc.env takes 1 or 2 arguments
        found:        3 in \${oc.env:A,b,c}
        expected:     \${oc.env:NAME} or \${oc.env:NAME,default}

      a.yaml:2:4: b: \${oc.select:3}: wrong argument
        found:        3 (integer)
        expected:     a path

      a.yaml:4:4: c: \${oc.dict.keys:m}: wrong argument
        found:        "m" (text), which leads to [1] (list)
        expected:     the path of a map`,
  ],
  [
    'a map inside text',
    'a: {b: 1}\nc: x${a}\n',
    `
      a.yaml:2:4: c: a map cannot stand inside text
        found:        \${a} is {b: 1} (map)
        expected:     text, a number, true, false or null`,
  ],
  [
    'a number as a step of a path',
    'l: [1, 2]\ni: 1\na: ${l.${i}}\n',
    `
      a.yaml:3:4: a: only text can be a part of a path
        found:        \${i} is 1 (integer)
        expected:     text
        to fix:       put quotes around the value there`,
  ],
  [
    'YAML in oc.create that is none',
    'a: "${oc.create:\'[\'}"\nb: "${oc.create:\'{__proto__: 1}\'}"\n',
    `
      a.yaml:1:4: a: oc.create: a quote or bracket is not closed
        found:        [
        to fix:       close it, or put quotes around text that holds such a character

      a.yaml:2:4: b: oc.create: "__proto__" cannot be a key
        to fix:       remove it`,
  ],
  [
    'names that every object has',
    'a: {constructor: 1}\nb: ${a.__proto__}\nc: ${toString}\n',
    `
      a.yaml:2:4: b: \${a.__proto__} refers to nothing
        found:        a has no "__proto__"

      a.yaml:3:4: c: \${toString} refers to nothing
        found:        the config has no "toString"`,
  ],
];

for (const [name, yaml, message] of mistakes) {
  test(`says what is wrong with ${name}`, () => {
    assert.is(
      messageOf(() => loadExperimentTree([{ name: 'a.yaml', text: yaml }])),
      text(message),
    );
  });
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');

const bombs: readonly (readonly [string, string, string])[] = [
  [
    'text that doubles',
    `a0: x\n${lines(60, (i) => `a${i + 1}: \${a${i}}\${a${i}}`)}`,
    'a.yaml:19:6: a18: more than 262,144 characters, with all that it refers to written out',
  ],
  [
    'lists that double',
    `a0: [x]\n${lines(60, (i) => `a${i + 1}: ["\${a${i}}", "\${a${i}}"]`)}`,
    'a.yaml:1:1: more than 50,000 values, with all that it refers to written out',
  ],
  [
    'a long chain',
    `${lines(300, (i) => `a${i}: \${a${i + 1}}`)}a300: 1\n`,
    'a.yaml:255:7: a254: leads through more than 256 values',
  ],
  [
    'nesting by references',
    `a0: 1\n${lines(70, (i) => `a${i + 1}: ["\${a${i}}"]`)}`,
    'a.yaml:65:7: a64.0: nested more than 64 levels deep',
  ],
  [
    'text that decodes itself',
    "b: ${oc.decode:${c}}\nc: '\\${oc.decode:\\${c}}'\n",
    `
      a.yaml:1:4: b: oc.decode inside itself more than 64 times`,
  ],
  [
    'lists that create themselves',
    'b: ${oc.create:${c}}\nc: \'["\\${oc.create:\\${c}}"]\'\n',
    `a.yaml:1:4: b${'.0'.repeat(127)}: leads through more than 256 values`,
  ],
  [
    'nested arguments',
    `a: "\${oc.decode:${'['.repeat(5000)}}"\n`,
    `
      a.yaml:1:4: a: malformed interpolation
        found:        "[" after …${'['.repeat(59)}
        expected:     at most 64 levels of nesting
        to fix:       write \\\${ where the text itself is to hold "\${"`,
  ],
];

for (const [name, yaml, message] of bombs) {
  test(`ends at a limit: ${name}`, () => {
    assert.is(
      messageOf(() => loadExperimentTree([{ name: 'a.yaml', text: yaml }])),
      text(message),
    );
  });
}

test.run();
