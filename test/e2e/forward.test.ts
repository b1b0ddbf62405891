import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stringifyConfig } from '../../src/config/index.js';
import { toFloat32, type HostTensor } from '../../src/io/host-tensor.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import type { UNetModelParamsInput } from '../../src/models/unet/unet-model.params.js';
import { UNetModel } from '../../src/models/unet/unet-model.js';
import { ldm, tinyConfig } from '../support/command.js';
import { assertClose, GRADIENT_TOLERANCE, OUTPUT_TOLERANCE } from '../support/compare.js';
import { hashFill, readGolden, sampleGradient } from '../support/golden.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const test = suite('ldm forward');

test('a published network: output, loss and every gradient, in PyTorch layout', async () => {
  const golden = readGolden('unet_adm');
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const config = { target: golden.target, params: golden.params };
  writeFileSync(at('config.yaml'), stringifyConfig({ model: { params: { unet_config: config } } }));
  const inputs = [...golden.tensors].filter(([name]) => name.startsWith('in.'));
  writeSafetensors(at('in.safetensors'), new Map(inputs.map(([name, tensor]) => [name.slice(3), tensor])));
  const network = new UNetModel(golden.params as UNetModelParamsInput);
  const weights = [...network.namedParameters()].map(([name, { publishedShape: shape }]): [string, HostTensor] => [
    name,
    { dtype: 'F32', shape, data: hashFill(name, shape) },
  ]);
  writeSafetensors(at('weights.safetensors'), new Map(weights));

  const { code, stderr } = await ldm([
    ...['forward', at('config.yaml'), '--component', 'model.params.unet_config', '--loss', 'mse'],
    ...['--weights', at('weights.safetensors'), '--inputs', at('in.safetensors'), '--output', at('out.safetensors')],
  ]);
  assert.is(code, 0, stderr);
  const { tensors } = readSafetensors(at('out.safetensors'));
  const found = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    assert.ok(tensor, `${name} is in the output`);
    return toFloat32(tensor);
  };
  assertClose(found('y'), golden.floats('out.y'), OUTPUT_TOLERANCE, 'y');
  assertClose(found('loss'), golden.floats('out.loss'), OUTPUT_TOLERANCE, 'loss');
  for (const name of golden.tensors.keys()) {
    if (!name.startsWith('grad.')) continue;
    const gradient = name === 'grad.in.x' ? found(name) : sampleGradient(found(name));
    assertClose(gradient, golden.floats(name), GRADIENT_TOLERANCE, name);
  }
});

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
