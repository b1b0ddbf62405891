import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withDefaultConfig } from './default-config.mjs';

const MNIST = 'configs/ddpm/mnist.yaml';

test('without arguments the MNIST experiment runs', () => {
  assert.equal(withDefaultConfig([]), [MNIST]);
});

test('overrides and flags are for the MNIST experiment', () => {
  assert.equal(withDefaultConfig(['model.params.timesteps=10', '--max_steps', '20']), [
    MNIST,
    'model.params.timesteps=10',
    '--max_steps',
    '20',
  ]);
});

test('an override whose value is a config file names no experiment', () => {
  assert.equal(withDefaultConfig(['data.params.file=a.yaml']), [MNIST, 'data.params.file=a.yaml']);
});

test('a config, a base or a run to resume takes the place of the default', () => {
  const others = [
    ['other.yaml'],
    ['a.yml', 'b.yaml'],
    ['-b', 'x'],
    ['--base=x'],
    ['-r', 'runs/1'],
    ['--resume', 'runs/1'],
  ];
  for (const args of others) assert.equal(withDefaultConfig(args), args);
});

test.run();
