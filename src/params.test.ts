import * as assert from 'uvu/assert';
import { test } from 'uvu';
import { withDefaults, type ParamsInput, type ParamsSchema } from './params.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['channels'],
  properties: {
    channels: { type: 'integer', minimum: 1, description: 'c' },
    channel_mult: { type: 'array', items: { type: 'integer' }, default: [1, 2, 4, 8] },
    use_x: { type: 'boolean', default: false },
    name: { type: ['string', 'null'], default: null },
    extra: { type: 'number' },
    unet_config: { component: 'network', description: 'the network' },
  },
} as const satisfies ParamsSchema;

test('fills what was left out and keeps what was given', () => {
  const given: ParamsInput<typeof schema> = { channels: 3, use_x: true };
  const filled = withDefaults(schema, given);
  const mult: readonly number[] = filled.channel_mult;
  const name: string | null = filled.name;
  assert.equal(mult, [1, 2, 4, 8]);
  assert.is(name, null);
  assert.is(filled.use_x, true);
  assert.is(filled.channels, 3);
  assert.is(filled.extra, undefined);
});

test('a default is copied, so that one instance cannot change the next', () => {
  const first = withDefaults(schema, { channels: 1 });
  first.channel_mult.push(9);
  assert.equal(withDefaults(schema, { channels: 1 }).channel_mult, [1, 2, 4, 8]);
});

test.run();
