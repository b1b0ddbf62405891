import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { registry } from '../../registry/index.js';
import { instantiateFromConfig, stringifyConfig, type ComponentConfig } from '../../src/config/index.js';
import { toFloat32, type HostTensor } from '../../src/io/host-tensor.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import type { Module } from '../../src/nn/index.js';
import { ldm, tinyConfig } from '../support/command.js';
import { assertClose, GRADIENT_TOLERANCE, OUTPUT_TOLERANCE } from '../support/compare.js';
import { hashFill, readGolden, sampleGradient } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm forward');

const published: [name: string, loss: string, output: string][] = [
  ['unet_adm', 'mse', 'y'],
  // Its second image is called target.
  ['lpips', 'sum', 'distance'],
];

for (const [name, loss, output] of published) {
  test(`${name} as published: output, loss and every gradient, in PyTorch layout`, async () => {
    const golden = readGolden(name);
    const folder = temporaryFolder();
    const at = (file: string) => join(folder, file);
    const config: ComponentConfig = { target: golden.target!, params: golden.params };
    writeFileSync(at('config.yaml'), stringifyConfig({ model: { params: { part: config } } }));
    const inputs = [...golden.tensors].filter(([key]) => key.startsWith('in.'));
    writeSafetensors(at('in.safetensors'), new Map(inputs.map(([key, tensor]) => [key.slice(3), tensor])));
    const module = await instantiateFromConfig<Module>(config, registry);
    const weights = [...module.namedParameters()].flatMap(
      ([key, { isBuffer, publishedShape: shape }]): [string, HostTensor][] =>
        isBuffer ? [] : [[key, { dtype: 'F32', shape, data: hashFill(key, shape) }]],
    );
    writeSafetensors(at('weights.safetensors'), new Map(weights));

    const { code, stderr } = await ldm([
      ...['forward', at('config.yaml'), '--component', 'model.params.part', '--loss', loss],
      ...['--weights', at('weights.safetensors'), '--inputs', at('in.safetensors'), '--output', at('out.safetensors')],
    ]);
    assert.is(code, 0, stderr);
    const { tensors } = readSafetensors(at('out.safetensors'));
    const found = (key: string): Float32Array => {
      const tensor = tensors.get(key);
      assert.ok(tensor, `${key} is in the output`);
      return toFloat32(tensor);
    };
    assertClose(found('y'), golden.floats(`out.${output}`), OUTPUT_TOLERANCE, 'y');
    if (golden.tensors.has('out.loss')) assertClose(found('loss'), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'loss');
    for (const key of golden.tensors.keys()) {
      if (!key.startsWith('grad.')) continue;
      const whole = found(key);
      const gradient = whole.length === golden.floats(key).length ? whole : sampleGradient(whole);
      assertClose(gradient, golden.floats(key), GRADIENT_TOLERANCE, key);
    }
  });
}

test('mistakes: a component, a method, an input and a weight that are not there', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const inputs = new Map<string, HostTensor>([
    ['x', { dtype: 'F32', shape: [1, 1, 4, 4], data: new Float32Array(16) }],
  ]);
  writeSafetensors(at('in.safetensors'), inputs);
  writeSafetensors(
    at('wrong.safetensors'),
    new Map([...inputs, ['y', { dtype: 'I64', shape: [1], data: new BigInt64Array(1) }]]),
  );
  writeFileSync(at('net.yaml'), 'target: BasicUNet\n');
  const forward = (...args: string[]) =>
    ldm(['forward', at('net.yaml'), '--inputs', at('in.safetensors'), '--output', at('out.safetensors'), ...args]);
  const right = await forward();
  assert.is(right.code, 0, right.stderr);
  assert.equal(readSafetensors(at('out.safetensors')).tensors.get('y')?.shape, [1, 1, 4, 4]);

  for (const [args, message] of [
    [['--component', 'model'], /there is no such component/],
    [['--method', 'forwrad'], /did you mean: forward/],
    [['--inputs', at('wrong.safetensors')], /given more than once|2 values/],
    [['--weights', at('in.safetensors')], /12 weights are missing[^]*1 weights belong to nothing here/],
    [['--loss', 'mse'], /there is no tensor `target` for --loss mse/],
    [['--loss', 'mes'], /did you mean: mse/],
  ] as const) {
    const { code, stderr } = await forward(...args);
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
});

test('a method with several outputs: each by its name, gradients of `loss`', async () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const noise: HostTensor = { dtype: 'F32', shape: [1, 1, 8, 8], data: new Float32Array(64).fill(0.5) };
  const label: HostTensor = { dtype: 'I64', shape: [1], data: BigInt64Array.of(2n) };
  const inputs: Record<string, HostTensor> = { x_start: noise, noise, t: label, c: label };
  writeSafetensors(at('in.safetensors'), new Map(Object.entries(inputs)));
  const { code, stderr } = await ldm([
    ...['forward', tinyConfig, '--method', 'p_losses', '--loss', 'sum'],
    ...['--inputs', at('in.safetensors'), '--output', at('out.safetensors')],
  ]);
  assert.is(code, 0, stderr);
  const { tensors } = readSafetensors(at('out.safetensors'));
  const names = [...tensors.keys()].filter((name) => !name.startsWith('grad.model.')).sort();
  assert.equal(names, ['grad.in.noise', 'grad.in.x_start', 'loss', 'loss_simple', 'loss_vlb']);
  assert.equal(tensors.get('grad.in.noise')?.shape, [1, 1, 8, 8]);
});

test.run();
