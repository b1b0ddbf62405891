import { Ajv } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { repository } from '../../test/support/command.js';
import { experimentJsonSchema, loadExperimentTree, stringifySchema, toPlain } from '../config/index.js';
import { ConfigError } from '../errors.js';
import { experimentOf, experimentOptions } from './experiment.js';

const test = suite('the schema of experiments that is shipped for editors');

const schema = experimentJsonSchema(registry, experimentOptions);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

const yamlFiles = (folder: string) =>
  readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name));
// But a scheduler alone, which is for ldm sample.
const shipped = yamlFiles('configs').filter(
  (file) => !loadExperimentTree([join(repository, file)]).root.entries.has('target'),
);
const published = yamlFiles('test/fixtures/compvis-configs');

test('is the one that the registry gives now', () => {
  const text = readFileSync(join(repository, 'configs/schema.json'), 'utf8');
  assert.ok(
    text === `${stringifySchema(schema)}\n`,
    'configs/schema.json is out of date; to write it anew: npm run schema',
  );
});

test('is named by the first line of every shipped config', () => {
  assert.ok(shipped.length > 0);
  for (const file of shipped) {
    const [first = ''] = readFileSync(join(repository, file), 'utf8').split('\n', 1);
    const path = /^# yaml-language-server: \$schema=(\S+)$/.exec(first)?.[1] ?? '';
    assert.is(
      relative(repository, resolve(repository, dirname(file), path)),
      'configs/schema.json',
      `${file}: ${first}`,
    );
  }
});

test('has no keywords but those of draft-07 and three of the language server', () => {
  new Ajv({ strictTypes: false, keywords: ['errorMessage', 'patternErrorMessage', 'defaultSnippets'] }).compile(schema);
});

/** The dotted paths of what the schema finds wrong. */
function foundBySchema(config: unknown): Set<string> {
  validate(config);
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return new Set(
    errors.map(({ instancePath, params }) => {
      const unknown = 'additionalProperty' in params ? [String(params.additionalProperty)] : [];
      return [...instancePath.split('/').slice(1), ...unknown].join('.');
    }),
  );
}

/** The dotted paths of what `ldm check` finds wrong. */
function foundByCheck(config: unknown): Set<string> {
  try {
    const tree = loadExperimentTree([{ name: 'config', text: JSON.stringify(config) }]);
    experimentOf({ tree, registry });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return new Set(error.problems.map(({ path = '' }) => path));
  }
  return new Set();
}

const load = (file: string) => toPlain(loadExperimentTree([join(repository, file)]).root);

for (const file of shipped) {
  test(`finds nothing wrong with ${file}`, () => {
    assert.equal([...foundBySchema(load(file))], []);
  });
}

for (const file of published) {
  test(`finds nothing in ${relative('test/fixtures', file)} that ldm check does not find, too`, () => {
    const config = load(file);
    const known = foundByCheck(config);
    assert.equal(
      [...foundBySchema(config)].filter((path) => !known.has(path)),
      [],
    );
  });
}

type Change = (holder: Record<string, unknown>, key: string) => void;

/** The config once more for each key in it, changed there, with the path that the key then has. */
function* changed(config: unknown, change: Change, path: readonly string[] = []): Generator<[string, unknown]> {
  const at = (root: unknown) => path.reduce((value, key) => (value as Record<string, unknown>)[key], root);
  const value = at(config);
  if (typeof value !== 'object' || value === null) return;
  for (const key of Object.keys(value)) {
    if (!Array.isArray(value)) {
      const copy = structuredClone(config);
      change(at(copy) as Record<string, unknown>, key);
      yield [[...path, key].join('.'), copy];
    }
    yield* changed(config, change, [...path, key]);
  }
}

const changes: readonly [title: string, change: Change, suffix: string][] = [
  [
    'key is mistyped',
    (holder, key) => {
      holder[`${key}x`] = holder[key];
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy of a plain config
      delete holder[key];
    },
    'x',
  ],
  [
    'value is a map that says nothing',
    (holder, key) => {
      holder[key] = { nonsense: 1 };
    },
    '',
  ],
];

for (const [title, change, suffix] of changes) {
  test(`finds what ldm check finds wherever a ${title}`, () => {
    const differing = [...changed(load('configs/ddpm/mnist.yaml'), change)].flatMap(([path, config]) => {
      const isThere = (found: ReadonlySet<string>) => [...found].some((one) => one.startsWith(path + suffix));
      return isThere(foundBySchema(config)) === isThere(foundByCheck(config)) ? [] : [path];
    });
    assert.equal(differing, []);
  });
}

test.run();
