import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadExperimentTree, toPlain } from '../../src/config/index.js';
import { ConfigError } from '../../src/errors.js';
import { repository } from '../support/command.js';
import { differences } from './omegaconf-differences.js';

interface Case {
  readonly name: string;
  readonly files: readonly string[];
  readonly overrides?: readonly string[];
  /** What OmegaConf makes of it; whether a number is an int or a float cannot be told here. */
  readonly value?: unknown;
  /** The class of the exception where OmegaConf refuses it. */
  readonly error?: string;
}

const corpus = JSON.parse(readFileSync(join(repository, 'test/fixtures/omegaconf/cases.json'), 'utf8')) as {
  readonly environment: Readonly<Record<string, string>>;
  readonly cases: readonly Case[];
};

/** As the corpus writes values, with the order of keys. */
function encode(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) =>
    typeof child === 'number' && !Number.isFinite(child)
      ? { number: Number.isNaN(child) ? 'nan' : child > 0 ? 'inf' : '-inf' }
      : child,
  );
}

/** What comes out here where it is something else; undefined where it is the same, or refused as there. */
function deviation({ files, overrides, value, error }: Case): string | undefined {
  let found: string;
  try {
    const texts = files.map((text, i) => ({ name: `${i + 1}.yaml`, text }));
    found = encode(toPlain(loadExperimentTree(texts, overrides).root));
  } catch (caught) {
    if (!(caught instanceof ConfigError)) throw caught;
    return error === undefined ? caught.message : undefined;
  }
  return error === undefined && found === encode(value) ? undefined : found;
}

const kindOf = ({ name }: Case): string => name.slice(0, name.indexOf(':'));
const deviations = new Map<string, string>();

test.before(() => {
  Object.assign(process.env, corpus.environment);
  for (const one of corpus.cases) {
    const found = deviation(one);
    if (found !== undefined) deviations.set(one.name, found);
  }
});

const intended = new Set(differences.flatMap(({ cases }) => cases));

for (const kind of new Set(corpus.cases.map(kindOf))) {
  const cases = corpus.cases.filter((one) => kindOf(one) === kind);
  test(`${kind}: ${cases.length} cases as OmegaConf has them`, () => {
    const wrong = cases.filter(({ name }) => deviations.has(name) && !intended.has(name));
    assert.equal(
      wrong.map((one) => ({ ...one, found: deviations.get(one.name) })),
      [],
    );
  });
}

for (const { reason, cases } of differences) {
  test(`is different: ${reason}`, () => {
    assert.equal(
      cases.filter((name) => !deviations.has(name)),
      [],
    );
  });
}

test('the corpus is large enough', () => {
  assert.ok(corpus.cases.length >= 600);
  assert.ok(corpus.cases.filter(({ error }) => error !== undefined).length >= 100);
});

test.run();
