import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { escapeInterpolation, InterpolationSyntaxError, parseElement, parseInterpolated } from './interpolation.js';

test('text around interpolations, and the parts of a path', () => {
  assert.equal(parseInterpolated('x_${a[0].b}!'), [
    'x_',
    { kind: 'reference', path: ['', 'a', '[', '0', ']', '.', 'b'], text: '${a[0].b}' },
    '!',
  ]);
  assert.equal(parseInterpolated('${..a.${ b }}'), [
    {
      kind: 'reference',
      path: ['..', 'a', '.', { kind: 'reference', path: ['', 'b'], text: '${ b }' }],
      text: '${..a.${ b }}',
    },
  ]);
});

test('the arguments of a resolver', () => {
  assert.equal(parseInterpolated("${oc.env: A , 'b, ${c}', [1.5, {d: null}], e f }"), [
    {
      kind: 'call',
      name: ['', 'oc', '.', 'env'],
      args: [
        { kind: 'text', parts: ['A'] },
        { kind: 'text', parts: ['b, ', { kind: 'reference', path: ['', 'c'], text: '${c}' }] },
        {
          kind: 'list',
          items: [
            { kind: 'literal', node: { kind: 'scalar', value: 1.5, text: '1.5' } },
            {
              kind: 'map',
              entries: new Map([['d', { kind: 'literal', node: { kind: 'scalar', value: null, text: 'null' } }]]),
            },
          ],
        },
        { kind: 'text', parts: ['e', ' ', 'f'] },
      ],
      text: "${oc.env: A , 'b, ${c}', [1.5, {d: null}], e f }",
    },
  ]);
});

const isSyntaxError = (error: Error): boolean => error instanceof InterpolationSyntaxError;

for (const [source, value] of [
  ['1_000', 1000],
  ['-5', -5],
  ['.5e3', 500],
  ['5.', 5],
  ['-inf', -Infinity],
  ['TRUE', true],
  ['null', null],
] as const) {
  test(`an argument that is no text: ${source}`, () => {
    assert.equal(parseElement(source), { kind: 'literal', node: { kind: 'scalar', value, text: source } });
  });
}

for (const [source, text] of [
  ['007', '007'],
  ['info', 'info'],
  ['1a', '1a'],
  ['a\\, b', 'a, b'],
  ['"it\\"s"', 'it"s'],
  ["'a\\\\'", 'a\\'],
  ["'a\\b'", 'a\\b'],
  ['http://a.b/c%20', 'http://a.b/c%20'],
] as const) {
  test(`an argument of text: ${source}`, () => {
    const element = parseElement(source);
    assert.is(element.kind === 'text' && element.parts.map(String).join(''), text);
  });
}

for (const [written, read] of [
  ['\\${a}', '${a}'],
  ['\\\\\\${a}', '\\${a}'],
  ['a\\b\\\\', 'a\\b\\\\'],
  ['it\'s "$5"', 'it\'s "$5"'],
] as const) {
  test(`plain text is read as itself: ${written}`, () => {
    assert.equal(parseInterpolated(written), [read]);
    assert.equal(parseInterpolated(escapeInterpolation(read)), [read]);
  });
}

for (const source of [
  '${',
  '${}',
  '${a',
  '${a b}',
  '${a.}',
  '${a[b}',
  '${a:b',
  "${a:'b}",
  '${a:{b}}',
  '${a:[b}',
  '${:b}',
  '${a\\}',
]) {
  test(`is refused: ${source}`, () => {
    assert.throws(() => parseInterpolated(source), isSyntaxError);
  });
}

test('characters that have to be quoted in an argument', () => {
  for (const source of ['a;b', 'a=b', 'é', '(a)', "a'b'", 'a[0]'])
    assert.throws(() => parseElement(source), isSyntaxError);
});

test.run();
