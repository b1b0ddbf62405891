import type { Choices } from '../../support/random.js';

/** A config to be tried: texts that are merged, and overrides. */
export interface Candidate {
  readonly texts: readonly string[];
  readonly overrides: readonly string[];
}

/** What people, editors and other programs get wrong, and what an enemy would try. */
const FRAGMENTS = [
  ...['\t', '  ', '\r\n', '\0', '\uFEFF', '\u202E', '\u{1F600}', '\uD800', '---\n', '...\n', '%YAML 1.1\n', '#', '\n'],
  ...['&a ', '*a', '<<: *a\n', '<<: [*a, *b]\n', '? ', '? [a, b]\n: c\n', '- ', '!!python/object:os.system ', '!!int '],
  ...['{', '}', '[', ']', ':', ': ', ',', '"', "'", '|', '>-', '@', '`', '%', '!', '\\', '${', '}', '$', '???'],
  ...[
    '${model.params.timesteps}',
    '${oc.env:HOME}',
    '${oc.env:NOTHING,1}',
    '${.a}',
    '${..params}',
    '${model}',
    '\\${a}',
  ],
  ...['${a.${b}}', '${oc.decode:"{a: 1}"}', '${oc.create:${model}}', '${a[0]}', '${nothing:1}', '_base_: a.yaml\n'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'length', 'then', '__proto__: {a: 1}\n'],
  ...[
    'null',
    '~',
    'true',
    'Yes',
    '1e-6',
    '1.e-6',
    '.inf',
    '-.INF',
    '.nan',
    '0x1F',
    '0o17',
    '1_000',
    '010',
    '1:30',
    '-0',
  ],
  ...['1e400', '99999999999999999999', '-1', '0', '2001-01-01', '__is_first_stage__', '__is_unconditional__'],
  ...['target: UNetModel\n', 'params:\n', 'params: {}\n', 'target: ./my/unet.ts#MyUNet\n', 'target: http://a/b.ts#C\n'],
];

/** Values that an override, or a line, is given. */
const VALUES = [
  ...['', '1', '-1', '0', '0.5', '1e309', 'true', 'null', 'text', '[1, 2]', '[]', '{}', '{a: 1}', '[[[[1]]]]', '"1"'],
  ...['${model}', '${model.params}', '${model.params.unet_config.params.model_channels}', '${a', '???', '*a', '&a 1'],
  ...['{target: UNetModel}', '{target: MNIST}', 'DDPM', '__is_first_stage__', '[', '{', '"', "'", '!!set {a}'],
];

/** A key that no component has. */
export const UNKNOWN_KEY = 'zz_unknown';

/** A config with one to four things changed. */
export function mutate(texts: readonly string[], overrides: readonly string[], choices: Choices): Candidate {
  const { below, pick } = choices;
  let mutated: Candidate = { texts: [pick(texts)], overrides: [] };
  for (let changes = 1 + below(1 + below(4)); changes > 0; changes--)
    mutated = pick(MUTATIONS)(mutated, texts, overrides, choices);
  return mutated;
}

type Mutation = (
  candidate: Candidate,
  texts: readonly string[],
  overrides: readonly string[],
  choices: Choices,
) => Candidate;

/** A change of the lines of the last text. */
function ofLines(change: (lines: string[], choices: Choices, texts: readonly string[]) => readonly string[]): Mutation {
  return (candidate, texts, _, choices) => {
    const lines = [...(candidate.texts.at(-1) ?? '').split('\n')];
    return { ...candidate, texts: [...candidate.texts.slice(0, -1), change(lines, choices, texts).join('\n')] };
  };
}

/** A change of one line. */
function ofLine(change: (line: string, choices: Choices) => string): Mutation {
  return ofLines((lines, choices) => {
    const at = choices.below(lines.length);
    return lines.map((line, i) => (i === at ? change(line, choices) : line));
  });
}

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? '';

const MUTATIONS: readonly Mutation[] = [
  // Characters.
  ofLine((line, { below }) => line.slice(0, below(line.length + 1)) + line.slice(below(line.length + 1))),
  ofLine((line, { below, pick }) => {
    const at = below(line.length + 1);
    return line.slice(0, at) + pick(FRAGMENTS) + line.slice(at);
  }),
  ofLine((line, { below }) => {
    const at = below(Math.max(1, line.length - 1));
    return line.slice(0, at) + (line[at + 1] ?? '') + (line[at] ?? '') + line.slice(at + 2);
  }),
  // Lines.
  ofLines((lines, { below }) => lines.toSpliced(below(lines.length), 1 + below(3))),
  ofLines((lines, { below }) => {
    const at = below(lines.length);
    return lines.toSpliced(below(lines.length), 0, ...lines.slice(at, at + 1 + below(4)));
  }),
  ofLines((lines, { below }) => lines.slice(0, below(lines.length + 1))),
  ofLine((line, { below }) => ' '.repeat(below(9)) + line.trimStart()),
  ofLines((lines, { below, pick }, texts) => {
    const others = pick(texts).split('\n');
    const at = below(others.length);
    return lines.toSpliced(below(lines.length), below(3), ...others.slice(at, at + below(12)));
  }),
  // Keys and values.
  ofLine((line, { pick }) => line.replace(/(:\s+).*$/, (_, colon: string) => colon + pick(VALUES))),
  ofLine((line, { pick }) =>
    line.replace(/[A-Za-z_]\w*(?=:)/, () => pick(['target', 'params', 'model', 'toString', 'a.b'])),
  ),
  ofLine((line) => `${indentOf(line)}${UNKNOWN_KEY}: 1\n${line}`),
  ofLine((line, { below }) => `${line}\n${indentOf(line)}${'['.repeat(below(200))}${'- '.repeat(below(200))}`),
  ofLine((line) => line.replace(/:\s.*$/, ': {zz_unknown: {zz_unknown: 1}}')),
  // Aliases that multiply.
  ofLine(
    (line, { below }) =>
      `${indentOf(line)}a0: &a0 [1, 1]\n` +
      Array.from({ length: below(30) }, (_, i) => `${indentOf(line)}a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join(
        '',
      ) +
      line,
  ),
  // Interpolations that multiply, and that go round.
  ofLine(
    (line, { below }) =>
      `b0: "ab"\n${Array.from({ length: below(40) }, (_, i) => `b${i + 1}: "\${b${i}}\${b${i}}"\n`).join('')}${line}`,
  ),
  (candidate, texts, _, { pick }) => ({ ...candidate, texts: [...candidate.texts, pick(texts)] }),
  (candidate, _, overrides, { pick }) => ({ ...candidate, overrides: [...candidate.overrides, pick(overrides)] }),
  (candidate, _, overrides, { pick, below }) => {
    const path = pick(overrides).replace(/=.*$/s, '').split('.');
    const changed = path.toSpliced(
      below(path.length + 1),
      below(2),
      pick([UNKNOWN_KEY, '0', '-1', '', '99', '[a]', 'target']),
    );
    const override = `${pick(['', '', '+', '~', '++', ' '])}${changed.join('.')}=${pick(VALUES)}`;
    return { ...candidate, overrides: [...candidate.overrides, override] };
  },
];
