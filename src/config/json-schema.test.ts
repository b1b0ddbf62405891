import { Ajv } from 'ajv';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry, text, trainer } from './fixtures.js';
import { experimentJsonSchema } from './json-schema.js';
import { parseConfig } from './read.js';
import type { Schema } from './schema.js';
import { toPlain } from './tree.js';

const test = suite('the JSON Schema of experiments');

const options = { trainer, defaultTargets: { callbacks: { image_logger: 'ImageLogger' } } };
const schema = experimentJsonSchema(registry, options);
const definitions = schema.definitions as Readonly<Record<string, Schema>>;
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

/** Where a config is wrong, as JSON pointers, and the unknown keys. */
function mistakes(yaml: string): string[] {
  validate(toPlain(parseConfig({ name: 'a.yaml', text: text(yaml) })));
  // That a branch was taken says nothing that the errors inside it do not.
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return [
    ...new Set(
      errors.map(({ instancePath, params }) =>
        'additionalProperty' in params ? `${instancePath}/${String(params.additionalProperty)}` : instancePath,
      ),
    ),
  ];
}

const property = (name: string, target = 'LatentDiffusion') => (definitions[target]?.properties as Schema)[name];

test('says of a parameter what it is, what it takes and what it is by default', () => {
  assert.equal(property('timesteps'), {
    description: 'Takes integer >= 1. Default: 1000.',
    default: 1000,
    type: ['integer', 'string'],
    minimum: 1,
    pattern: '^\\?\\?\\?$|\\$\\{|^[-+]?[0-9][0-9.]*_[0-9_.]*$',
    errorMessage: 'Expected integer >= 1.',
  });
  assert.equal(property('beta_schedule'), {
    description: 'Takes one of linear, cosine, sqrt_linear. Default: "linear".',
    default: 'linear',
    anyOf: [{ enum: ['linear', 'cosine', 'sqrt_linear'] }, { $ref: '#/definitions/later' }],
  });
  assert.equal(property('unet_config'), {
    description: 'the network\n\nTakes a network ({target, params}). Required.',
    $ref: '#/definitions/slot.network',
  });
  assert.equal((property('image_size', 'UNetModel') as Schema).description, 'Takes integer >= 1. Required.');
});

test('says a unit in words', () => {
  const inPixels = {
    type: 'object',
    additionalProperties: false,
    properties: { size: { type: 'integer', unit: 'pixels' } },
  };
  const made = experimentJsonSchema(registry, { trainer: { ...inPixels, type: 'object' } });
  assert.match(JSON.stringify(made), /"Takes integer, in pixels\."/);
});

test('refuses to leave out what it does not know how to say', () => {
  const odd = {
    type: 'object',
    additionalProperties: false,
    properties: { a: { type: 'string', format: 'uri' } },
  } as const;
  assert.throws(
    () => experimentJsonSchema(registry, { trainer: odd }),
    /the schema of lightning\.trainer\.a has format/,
  );
});

test('explains each name that a slot takes, and no other', () => {
  assert.equal(definitions['name.network'], {
    title: 'network',
    description: 'The name of a network.',
    type: 'string',
    pattern:
      '^(?:UNetModel|ldm\\.modules\\.diffusionmodules\\.openaimodel\\.UNetModel)$|^\\.{0,2}/.|^\\?\\?\\?$|\\$\\{',
    errorMessage: 'Expected the name of a network; "ldm list" lists the names.',
    anyOf: [
      { const: 'UNetModel', title: 'UNetModel', description: 'a U-Net' },
      {
        const: 'ldm.modules.diffusionmodules.openaimodel.UNetModel',
        title: 'UNetModel',
        description: 'The same as UNetModel: a U-Net',
      },
      { pattern: '^\\.{0,2}/.', description: 'A component of your own, ./file.ts#Name.' },
      { properties: {} },
    ],
  });
});

test('offers blocks with the required parameters to fill in', () => {
  const [, snippets] = /"defaultSnippets":(\[.*?\])\}/.exec(JSON.stringify(definitions['slot.network'])) ?? [];
  assert.equal(JSON.parse(snippets ?? ''), [
    {
      label: 'UNetModel',
      description: 'a U-Net',
      body: { target: 'UNetModel', params: { image_size: '${1}', model_channels: '${2}' } },
    },
  ]);
});

const good = `
  _base_: other.yaml
  model:
    base_learning_rate: 1.e-6
    target: ldm.models.diffusion.ddpm.LatentDiffusion
    params:
      timesteps: 1000
      ckpt_path: null
      ddconfig: { ch: 1, ch_mult: [1, '\${x}'] }
      losses: [{ target: Identity }]
      unet_config: { target: UNetModel, params: { image_size: 8, context_dim: [2], use_checkpoint: yes } }
      cond_stage_config: __is_unconditional__
      scheduler_config: null
  data: { target: main.DataModuleFromConfig, params: { batch_size: 2, train: { target: MNIST } } }
  lightning:
    trainer:
    callbacks: { image_logger: { params: { batch_frequency: 10 } } }`;

test('accepts what validation accepts', () => {
  assert.equal(mistakes(good), []);
  assert.equal(mistakes('{}'), []);
  assert.equal(mistakes('lightning: { callbacks: { mine: { target: ImageLogger } } }'), []);
  assert.equal(mistakes('_base_: [a.yaml, b.yaml]'), []);
});

const replaced: readonly [title: string, from: string, to: string, where: string][] = [
  ['an unknown section', 'data:', 'dota:', '/dota'],
  ['an unknown key beside target', 'base_learning_rate', 'base_learning_rat', '/model/base_learning_rat'],
  ['an unknown parameter', 'timesteps', 'timestep', '/model/params/timestep'],
  ['an unknown parameter of a nested map', 'ch:', 'hc:', '/model/params/ddconfig/hc'],
  [
    'an unknown parameter of a nested component',
    'image_size',
    'imagesize',
    '/model/params/unet_config/params/imagesize',
  ],
  [
    'an unknown parameter by default target',
    'batch_frequency',
    'batch_freq',
    '/lightning/callbacks/image_logger/params/batch_freq',
  ],
  ['an unknown target', 'target: UNetModel', 'target: UnetModel', '/model/params/unet_config/target'],
  ['a target of another kind', 'target: UNetModel', 'target: MNIST', '/model/params/unet_config/target'],
  ['an unknown bare name', '__is_unconditional__', '__is_uncoditional__', '/model/params/cond_stage_config'],
  ['a number out of range', 'timesteps: 1000', 'timesteps: 0', '/model/params/timesteps'],
  ['text for a number', 'timesteps: 1000', 'timesteps: many', '/model/params/timesteps'],
  ['text for a list', 'ch_mult: [1', 'ch_mult: ["a"', '/model/params/ddconfig/ch_mult/0'],
  [
    'null where a slot cannot be empty',
    'cond_stage_config: __is_unconditional__',
    'cond_stage_config:',
    '/model/params/cond_stage_config',
  ],
];

for (const [title, from, to, where] of replaced) {
  test(`finds ${title}`, () => {
    assert.ok(good.includes(from));
    assert.ok(mistakes(good.replace(from, to)).includes(where), mistakes(good.replace(from, to)).join());
  });
}

test('takes an interpolation or ??? wherever a value can stand', () => {
  for (const later of ['${a.b}', '${oc.env:HOME,x}', '???', 'x_${a}']) {
    const value = JSON.stringify(later);
    assert.equal(mistakes(`model: ${value}\nlightning: { trainer: ${value} }`), []);
    assert.equal(
      mistakes(`
        model:
          target: LatentDiffusion
          params: { timesteps: ${value}, beta_schedule: ${value}, unet_config: ${value}, ddconfig: ${value}, losses: ${value} }
        data: { target: ${value}, params: { batch_size: ${value} } }`),
      [],
    );
  }
});

test("takes a component of the user's own with parameters that only it knows", () => {
  const own =
    'model: { target: LatentDiffusion, params: { unet_config: { target: ./my/unet.ts#MyUNet, params: { a: 1 } } } }';
  assert.equal(mistakes(own), []);
});

test.run();
