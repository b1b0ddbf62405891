import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { experimentOf } from '../../src/cli/experiment.js';
import { loadConfig } from '../../src/cli/load-config.js';
import { inFolder, text } from '../../src/config/fixtures.js';
import { ConfigError } from '../../src/errors.js';
import { files } from './files.js';
import { interpolations } from './interpolations.js';
import { keys } from './keys.js';
import { base, latent, type Mistake } from './mistake.js';
import { overrides } from './overrides.js';
import { rules } from './rules.js';
import { syntax } from './syntax.js';
import { targets } from './targets.js';
import { values } from './values.js';

const tables = { syntax, keys, values, targets, rules, interpolations, files, overrides };
const test = suite('what is said of mistakes in configs');

test('what the mistakes are made in is right', async () => {
  for (const config of [base, latent]) assert.is(await messageOf({ text: config }), undefined);
});

for (const [table, mistakes] of Object.entries(tables)) {
  for (const mistake of mistakes) {
    test(`${table}: ${mistake.title}`, async () => {
      assert.is(await messageOf(mistake), text(mistake.message));
    });
  }
}

test.run();

async function messageOf(mistake: Omit<Mistake, 'title' | 'message'>): Promise<string | undefined> {
  const { configs = ['a.yaml'], overrides: given = [] } = mistake;
  return inFolder(mistake.files ?? { 'a.yaml': textOf(mistake) }, async () => {
    try {
      experimentOf(await loadConfig(configs, given));
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  });
}

function textOf({ base: config = base, edit: [from, to] = ['', ''], text: whole }: Omit<Mistake, 'title' | 'message'>) {
  assert.ok(config.includes(from), `the config has ${from}`);
  return whole ?? config.replace(from, () => to);
}
