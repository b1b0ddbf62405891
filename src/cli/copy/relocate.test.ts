import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { relocateConfig } from './relocate.js';

const test = suite('a config moves to another folder');

const names = { nameBefore: 'configs/ddpm/mnist.yaml', nameAfter: 'work/mine.yaml' };
const places = { from: '/package/configs/ddpm/mnist.yaml', to: '/home/work/mine.yaml', ...names };

test('the command in the header runs the copy; what else starts the shipped one goes; other comments stay', () => {
  const before = `# Digits, as in configs/ddpm/mnist.yaml.
#
#   npm start    or    npx run configs/ddpm/mnist.yaml --max_steps 10
model: # as configs/ddpm/mnist.yaml
  x: 1
`;
  const after = `# Digits, as in work/mine.yaml.
#
#   npx run work/mine.yaml --max_steps 10
model: # as configs/ddpm/mnist.yaml
  x: 1
`;
  assert.is(relocateConfig(before, places), after);
  const spaced = relocateConfig('# npx run configs/ddpm/mnist.yaml\nx: 1', { ...places, nameAfter: "it's mine.yaml" });
  assert.is(spaced, "# npx run 'it'\\''s mine.yaml'\nx: 1");
});

test('the schema for editors stays the same file', () => {
  const line = (schema: string) => `# yaml-language-server: $schema=${schema}\nx: 1\n`;
  assert.is(relocateConfig(line('../../schema.json'), places), line('../../package/schema.json'));
  assert.is(
    relocateConfig(line('../../schema.json'), { ...places, to: '/package/mine.yaml' }),
    line('./schema.json'),
    'in the folder of the schema',
  );
  for (const elsewhere of ['https://example.org/schema.json', '/etc/schema.json']) {
    assert.is(relocateConfig(line(elsewhere), places), line(elsewhere));
  }
});

test('so do the configs that it builds on', () => {
  assert.is(
    relocateConfig('_base_: ../base.yaml # all\nx: 1', places),
    '_base_: "../../package/configs/base.yaml" # all\nx: 1',
  );
  assert.is(
    relocateConfig(`_base_: [a.yaml, "b.yaml"]\n`, places),
    '_base_: ["../../package/configs/ddpm/a.yaml", "../../package/configs/ddpm/b.yaml"]\n',
  );
});

test.run();
