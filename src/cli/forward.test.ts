import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tinyConfig } from '../../test/support/command.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { UserError } from '../errors.js';
import { elementCount, type HostTensor } from '../io/host-tensor.js';
import { writeSafetensors } from '../io/safetensors.js';
import { forward } from './forward.js';

const test = suite('what ldm forward says of bad input');
const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const flags = { component: 'model.params.unet_config', inputs: at('in.safetensors'), output: at('out.safetensors') };

const image = (...shape: number[]): HostTensor => ({
  dtype: 'F32',
  shape,
  data: new Float32Array(elementCount(shape)),
});
const integers = (...values: bigint[]): HostTensor => ({
  dtype: 'I64',
  shape: [values.length],
  data: BigInt64Array.from(values),
});

/** For the network of the tiny config. */
const right: Record<string, HostTensor> = { x: image(1, 1, 8, 8), timesteps: integers(3n), y: integers(7n) };

const write = (tensors: Record<string, HostTensor>): void => {
  writeSafetensors(flags.inputs, new Map(Object.entries(tensors)));
};

async function complaint(given: Readonly<Record<string, unknown>>): Promise<string> {
  try {
    await forward(tinyConfig, { ...flags, ...given });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('expected a UserError');
}

const misfits: [title: string, tensors: Record<string, HostTensor>, message: RegExp, loss?: string][] = [
  ['an input is missing', { x: image(1, 1, 8, 8), y: integers(7n) }, /the input timesteps is missing/],
  ['an input is unknown', { ...right, timestep: integers(1n) }, /unknown input timestep[^]*did you mean: timesteps/],
  [
    'other channels',
    { ...right, x: image(1, 3, 8, 8) },
    /x F32 \[1, 3, 8, 8\][^]*expected: +for example\n +x float32 \[1, 1, 32, 32\]/,
  ],
  ['a size that cannot be halved', { ...right, x: image(1, 1, 7, 8) }, /cannot be called with these tensors: /],
  ['another rank', { ...right, x: image(8, 8) }, /cannot be called with these tensors: /],
  [
    'integers for floats',
    { ...right, x: { dtype: 'I32', shape: [1, 1, 8, 8], data: new Int32Array(64) } },
    /cannot be called with these tensors: [^]*x I32 \[1, 1, 8, 8\]/,
  ],
  ['a class that is none', { ...right, y: integers(12n) }, /12/],
  [
    'an integer too large',
    { ...right, timesteps: integers(2n ** 40n) },
    /timesteps: 1099511627776 of a I64 tensor is no 32-bit integer/,
  ],
  [
    'a target of another shape',
    { ...right, target: image(1, 1, 4, 4) },
    /`target` has not the shape of the output\n +found: +\[1, 1, 4, 4\]\n +expected: +\[1, 1, 8, 8\]/,
    'mse',
  ],
];

for (const [title, tensors, message, loss = 'none'] of misfits) {
  test(`${title}: the message names the file, and nothing is written`, async () => {
    write(tensors);
    const text = await complaint({ loss });
    assert.match(text, message);
    assert.ok(text.startsWith(flags.inputs), text);
    assert.not(existsSync(flags.output));
  });
}

test('`target` is there for --loss mse: without it, it is no unknown input', async () => {
  write({ ...right, target: image(1, 1, 8, 8) });
  assert.is(await forward(tinyConfig, flags), 0);
  rmSync(flags.output);
});

test('flags, files, folders and components', async () => {
  write(right);
  writeFileSync(at('empty.safetensors'), '');
  for (const [given, message] of [
    [{ inputs: at('none.safetensors') }, /none\.safetensors: cannot read: there is no such file/],
    [{ inputs: at('empty.safetensors') }, /empty\.safetensors: not a safetensors file: it has 0 bytes/],
    [{ output: at('none/out.safetensors') }, /--output: there is no such folder/],
    [{ precision: 'fp16' }, /--precision: float16 is not supported/],
    [{ loss: 'mse' }, /there is no tensor `target` for --loss mse/],
    [{ method: 'forwrad' }, /did you mean: forward/],
    [{ component: 'data' }, /data: DataModuleFromConfig has nothing to call/],
    [{ component: 'model.params' }, /model\.params: there is no such component/],
  ] as const) {
    assert.match(await complaint(given), message);
  }
});

test.run();
