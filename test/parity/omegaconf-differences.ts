/**
 * Where configs mean something else here than in OmegaConf 2.2.2, on purpose: cases of
 * test/fixtures/omegaconf/cases.json by name. docs/config-language.md says the same to users.
 */
export const differences: readonly { readonly reason: string; readonly cases: readonly string[] }[] = [
  {
    reason: 'numbers with leading zeros are decimal, not octal; 0o17 is octal, as in YAML 1.2',
    cases: ['scalar: x: 010', 'scalar: x: 08', 'scalar: x: -010', 'scalar: x: 0o17', 'dotlist: a=010'],
  },
  {
    reason: 'numbers with a colon are text, not base 60: "12:00" is no 720',
    cases: [
      ...['scalar: x: 1:30', 'scalar: x: 1:30:15', 'scalar: x: 12:30.5', 'scalar: x: -1:30', 'scalar: x: 12:00'],
      ...['yaml: x: [1:2]', 'dotlist: a=1:30'],
    ],
  },
  {
    reason: 'a float may begin with its point and have a sign or exponent: -.5, .5e3',
    cases: ['scalar: x: -.5', 'scalar: x: +.5', 'scalar: x: .5e3', 'dotlist: a=-.5'],
  },
  {
    reason:
      'what PyYAML alone refuses or reads otherwise: "=" by itself, "???" before a "}", a block text that ends without a line break, an empty tag',
    cases: [
      ...['scalar: x: =', 'merges: {b: {c: 1}} | {b: ???} | {b: {d: 1}}', 'dotlist: m={p: ???}'],
      ...['dotlist: a=|\n  x\n  y', 'dotlist: a=!'],
    ],
  },
  {
    reason: 'keys are text as written, so that references reach them; in Python they are numbers, booleans or None',
    cases: [
      ...[
        'yaml: true: a',
        'yaml: on: a',
        'yaml: ~: a',
        'yaml: null: a',
        'yaml: 0x10: a',
        'yaml: 010: a',
        'yaml: 1e3: a',
      ],
      ...['interpolation: ${m.0}', 'interpolation: ${oc.dict.keys:m}', 'interpolation: ${oc.dict.keys: m }'],
      'interpolation: ${oc.dict.keys:${names.a}}',
    ],
  },
  {
    reason: 'a key cannot be empty or __proto__',
    cases: ["yaml: '': c", 'yaml: __proto__: 1', 'dotlist: m.__proto__=5', 'dotlist: __proto__=5'],
  },
  {
    reason: 'a file holds a map: one that is empty, a list or text is a mistake',
    cases: [
      ...['yaml: [1, 2]', 'yaml: text', 'yaml: a:b', 'yaml: - a\n- b', 'yaml: ', 'yaml: # nothing'],
      ...['merges:  | a: 1', 'merges: a: 1 | '],
    ],
  },
  {
    reason:
      'an override is path=value, and each step of the path a name: what else OmegaConf makes a key of is a mistake',
    cases: [
      ...['dotlist: a', 'dotlist: a b=5', 'dotlist:  a=5', 'dotlist: a =5', 'dotlist: a.=5', 'dotlist: .a=5'],
      ...['dotlist: a..b=5', 'dotlist: =5', 'dotlist: a[]=5', 'dotlist: a[b=5', 'dotlist: m[p]q=5', 'dotlist: m]=5'],
    ],
  },
  {
    reason: 'a map or list inside text is a mistake; Python writes its own form of it there',
    cases: [
      ...['interpolation: x${m}', 'interpolation: x${l}', 'interpolation: ${oc.env:LDM_CASE_NOT,[1,2]}'],
      ...[
        'interpolation: ${oc.env:LDM_CASE_NOT,${m}}',
        'random: 59',
        'random: 78',
        'random: 112',
        'random: 600',
        'random: 768',
      ],
    ],
  },
  {
    reason: '??? that an interpolation gives must be given too: ${oc.env:NAME,???}',
    cases: ['interpolation: ${oc.env:LDM_CASE_NOT,???}'],
  },
  {
    reason: 'numbers are double precision: integers beyond 2^53 are rounded',
    cases: ["reference: a: 9007199254740993\nb: 'v${a}'"],
  },
];
