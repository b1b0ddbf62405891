import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { loadTree } from '../../src/cli/load-config.js';
import { inFolder, messageOf } from '../../src/config/fixtures.js';
import { toPlain } from '../../src/config/index.js';
import { repository } from '../support/command.js';

const page = 'docs/config-language.md';
const sections = readFileSync(join(repository, page), 'utf8').split(/^(?=##+ )/m);

/** The words of a command: configs end in .yaml, all others are overrides. */
function load(command: string): ReturnType<typeof loadTree> {
  const words = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const isConfig = (word: string) => word.endsWith('.yaml');
  return loadTree(
    words.filter(isConfig),
    words.filter((word) => !isConfig(word)),
  );
}

let examples = 0;

for (const section of sections) {
  const title = section.slice(0, section.indexOf('\n'));
  const blocks = [...section.matchAll(/^```(yaml|text)\n(.*)\n([^]*?)^```$/gm)];
  const files: Record<string, string> = {};
  for (const [, language, head = '', body = ''] of blocks) {
    const file = /^# (\S+\.yaml)$/.exec(head)?.[1];
    const result = /^# result of (.*)$/.exec(head)?.[1];
    const command = /^\$ npx run (.*)$/.exec(head)?.[1];
    if (file !== undefined) files[file] = `${head}\n${body}`;
    else if (language === 'yaml' && result !== undefined) {
      examples++;
      const given = { ...files };
      test(`${page}: ${title}: ${head}`, () => {
        assert.equal(
          inFolder(given, () => toPlain(load(result).root)),
          parse(body),
        );
      });
    } else if (language === 'text' && command !== undefined) {
      examples++;
      const given = { ...files };
      test(`${page}: ${title}: ${head}`, () => {
        assert.is(
          inFolder(given, () => messageOf(() => load(command))),
          body.trimEnd(),
        );
      });
    } else {
      test(`${page}: ${title}: a block that is no example: ${head}`, () => {
        assert.unreachable();
      });
    }
  }
}

test(`${page} has its examples`, () => {
  assert.ok(examples >= 10, String(examples));
});

test.run();
