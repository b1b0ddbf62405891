import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { temporaryFolder } from '../../../test/support/temporary-folder.js';
import { pythonWithTorch } from '../../cli/bench/python.js';
import { bytesOf, type HostTensor } from '../host-tensor.js';
import { openWeights, readWeights } from '../weights-file.js';
import { writePyTorch } from './write-pytorch.js';

const test = suite('weights to PyTorch and back');
const folder = temporaryFolder();
const script = fileURLToPath(new URL('../../../test/fixtures/pytorch/round_trip.py', import.meta.url));

const tensors = new Map<string, HostTensor>([
  ['model.0.weight', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-45, 3.4e38) }],
  ['model.0.as_f64', { dtype: 'F64', shape: [1], data: Float64Array.of(0.1) }],
  ['as_f16', { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0x8001) }],
  ['as_bf16', { dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xff80) }],
  ['as_i64', { dtype: 'I64', shape: [2], data: BigInt64Array.of(2n ** 62n, -1n) }],
  ['as_i32', { dtype: 'I32', shape: [1], data: Int32Array.of(-7) }],
  ['as_i16', { dtype: 'I16', shape: [1], data: Int16Array.of(-7) }],
  ['as_i8', { dtype: 'I8', shape: [1], data: Int8Array.of(-7) }],
  ['as_u8', { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) }],
  ['flag', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
  ['scalar', { dtype: 'F32', shape: [], data: Float32Array.of(2.5) }],
  ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array() }],
  ['größe', { dtype: 'F32', shape: [300, 1], data: new Float32Array(300).fill(3) }],
]);

function assertSame(found: ReadonlyMap<string, HostTensor>): void {
  assert.equal([...found.keys()], [...tensors.keys()]);
  for (const [name, { dtype, shape, data }] of found) {
    const expected = tensors.get(name);
    assert.equal([dtype, shape], [expected?.dtype, expected?.shape], name);
    assert.equal(bytesOf({ dtype, shape, data } as HostTensor), expected && bytesOf(expected), name);
  }
}

test('what is written is read back, and data begin at multiples of 64', () => {
  const path = join(folder, 'own.ckpt');
  writePyTorch(path, tensors, { global_step: 470_000, epoch: 12 });
  assertSame(readWeights(path));
  const weights = openWeights(path);
  assert.equal([weights.globalStep, weights.epoch], [470_000, 12]);
  weights.close();
  const file = readFileSync(path);
  for (let at = file.indexOf('PK\x03\x04'); at >= 0; at = file.indexOf('PK\x03\x04', at + 1)) {
    assert.is((at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28)) % 64, 0);
  }
});

test('the same weights make the same file', () => {
  writePyTorch(join(folder, 'a.pt'), tensors);
  writePyTorch(join(folder, 'b.pt'), tensors);
  assert.ok(readFileSync(join(folder, 'a.pt')).equals(readFileSync(join(folder, 'b.pt'))));
});

const python = pythonWithTorch();
if (python === undefined) console.log('skipped: no Python with PyTorch here (PYTHON=/path names one)');

const skip = (title: string): void => {
  test.skip(title);
};

(python === undefined ? skip : test)(
  'here, PyTorch, here, bit for bit: state dicts and checkpoints, zip and legacy',
  () => {
    const trips = [undefined, { global_step: 3, epoch: 1 }].flatMap((facts, i) =>
      ['zip', 'legacy'].map((form) => {
        const from = join(folder, `to-pytorch-${i}.pt`);
        writePyTorch(from, tensors, facts);
        return [from, form, join(folder, `from-pytorch-${i}-${form}.pt`)] as const;
      }),
    );
    // One process for all: importing PyTorch takes longest.
    execFileSync(python ?? 'python3', [script, ...trips.flat()], {
      env: { ...process.env, OMP_NUM_THREADS: '1' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    for (const [, , to] of trips) assertSame(readWeights(to));
  },
);

test.run();
