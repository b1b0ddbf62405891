import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tinyConfig } from '../../test/support/command.js';
import { UserError } from '../errors.js';
import { inspect } from './inspect.js';

const test = suite('what ldm inspect says of bad input');

const mistakes: [title: string, words: string[], flags: Readonly<Record<string, unknown>>, message: RegExp][] = [
  ['no config', [], {}, /no config to inspect[^]*to fix: +ldm inspect configs/],
  [
    'a component that is not there',
    [tinyConfig],
    { component: 'model.params.unet' },
    /there is no such component[^]*did you mean: model\.params\.unet_config/,
  ],
  ['a component without weights', [tinyConfig], { component: 'data' }, /data: DataModuleFromConfig has no weights/],
  ['a depth that is no number', [tinyConfig], { depth: 'two' }, /--depth: cannot be this/],
  ['an unknown target', [tinyConfig, 'model.target=DDMP'], {}, /unknown target[^]*did you mean: DDPM/],
];

for (const [title, words, flags, message] of mistakes) {
  test(title, async () => {
    try {
      await inspect(words, flags);
    } catch (error) {
      assert.instance(error, UserError);
      assert.match((error as UserError).message, message);
      return;
    }
    assert.unreachable('expected a UserError');
  });
}

test.run();
