import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { problemOf } from '../../test/support/problem.js';
import { temporaryFolder } from '../../test/support/temporary-folder.js';
import { bytesOf, type HostTensor } from './host-tensor.js';
import { writeSafetensors } from './safetensors.js';
import { openWeights, readWeights } from './weights-file.js';

const test = suite('weights files');
const folder = temporaryFolder();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../test/fixtures/pytorch/${name}`, import.meta.url));

type Expected = Record<string, { dtype: string; shape: number[]; bytes: string }>;

const readExpected = (name: string): Expected => JSON.parse(readFileSync(fixture(name), 'utf8')) as Expected;

/** What PyTorch says of the tensors of zip.pt and its like; made with them by make.py. */
const expected = readExpected('expected.json');
const dtypes: Record<string, string> = {
  'torch.float64': 'F64',
  'torch.float32': 'F32',
  'torch.float16': 'F16',
  'torch.bfloat16': 'BF16',
  'torch.int64': 'I64',
  'torch.int32': 'I32',
  'torch.int16': 'I16',
  'torch.int8': 'I8',
  'torch.uint8': 'U8',
  'torch.bool': 'BOOL',
};
const hex = (tensor: HostTensor): string => Buffer.from(bytesOf(tensor)).toString('hex');

for (const [file, format] of [
  ['zip.pt', 'PyTorch (zip)'],
  ['protocol4.pt', 'PyTorch (zip)'],
  ['legacy.pt', 'PyTorch (legacy)'],
] as const) {
  test(`${file}: every dtype, shared storages, strides and offsets, bit for bit and in order`, () => {
    const weights = openWeights(fixture(file));
    assert.is(weights.format, format);
    assert.equal([...weights.tensors.keys()], Object.keys(expected));
    for (const [name, { dtype, shape, bytes }] of Object.entries(expected)) {
      const tensor = weights.read(name);
      assert.equal([tensor.dtype, tensor.shape], [dtypes[dtype], shape], name);
      assert.is(hex(tensor), bytes, name);
      assert.equal(weights.tensors.get(name)?.shape, shape);
    }
    weights.close();
  });
}

test('script.pt: of a TorchScript program the tensors of its modules, bit for bit and in order', () => {
  const weights = openWeights(fixture('script.pt'));
  assert.is(weights.format, 'PyTorch (zip)');
  // An attribute that is no parameter or buffer is not told apart from them.
  const names = [...weights.tensors.keys()].filter((name) => name !== 'inner.attribute');
  assert.is(names.length, weights.tensors.size - 1);
  const state = readExpected('script.json');
  assert.equal(names, Object.keys(state));
  for (const [name, { dtype, shape, bytes }] of Object.entries(state)) {
    const tensor = weights.read(name);
    assert.equal([tensor.dtype, tensor.shape], [dtypes[dtype], shape], name);
    assert.is(hex(tensor), bytes, name);
  }
  assert.equal(weights.leftOut, []);
  weights.close();
});

test('of a Lightning checkpoint the state_dict is read, and the rest is named', () => {
  const weights = openWeights(fixture('lightning.ckpt'));
  assert.equal([...weights.tensors.keys()], ['0.weight', '0.bias', '1.weight', '1.bias']);
  assert.equal(weights.tensors.get('0.weight')?.shape, [3, 2]);
  assert.equal([weights.globalStep, weights.epoch], [1200, 3]);
  assert.equal(weights.leftOut, [
    ...['epoch', 'global_step', 'pytorch-lightning_version', 'callbacks', 'optimizer_states', 'lr_schedulers'],
    ...['hparams_name', 'hyper_parameters'],
  ]);
  weights.close();
});

test('a dtype that is not known here is an error that names the tensor', () => {
  assert.match(
    problemOf(() => openWeights(fixture('complex.pt'))),
    /complex\.pt: tensor 'phase' cannot be read: its dtype torch\.complex64 is not supported/,
  );
});

test('each read gives memory of its own', () => {
  const weights = openWeights(fixture('zip.pt'));
  const first = weights.read('shared_part');
  first.data.fill(0 as never);
  assert.is(hex(weights.read('shared_part')), expected.shared_part?.bytes);
  assert.is.not(hex(first), expected.shared_part?.bytes);
  assert.throws(() => weights.read('nothing'), /there is no tensor 'nothing'/);
  weights.close();
});

test('the content says what a file is, not its name', () => {
  const path = join(folder, 'zip.safetensors');
  copyFileSync(fixture('zip.pt'), path);
  assert.is(readWeights(path).size, Object.keys(expected).length);
  const tensors = new Map<string, HostTensor>([['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]]);
  writeSafetensors(join(folder, 'w.ckpt'), tensors);
  assert.equal([...readWeights(join(folder, 'w.ckpt'))], [...tensors]);
});

test('of a checkpoint of a run the optimizer states are left out', () => {
  const path = join(folder, 'last.ckpt');
  const tensor: HostTensor = { dtype: 'F32', shape: [1], data: Float32Array.of(1) };
  const progress = { globalStep: 7, epoch: 2 };
  writeSafetensors(
    path,
    new Map([
      ['model.w', tensor],
      ['optimizer_states.0.exp_avg.model.w', tensor],
    ]),
    { ldm_runner: JSON.stringify({ progress }) },
  );
  const weights = openWeights(path);
  assert.equal([...weights.tensors.keys()], ['model.w']);
  assert.equal([weights.globalStep, weights.epoch, weights.format], [7, 2, 'checkpoint of a run']);
  assert.ok(weights.leftOut.includes('optimizer_states'));
  weights.close();
});

test('says what a file is that holds no weights', () => {
  const cases: [content: string | Uint8Array, message: RegExp][] = [
    ['', /found: +an empty file/],
    ['hello, world', /found: +it begins with "hello, world"[^]*expected: +safetensors, or what torch\.save writes/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:1', /a pointer of git-lfs[^]*git lfs pull/],
    ['<!DOCTYPE html><html>', /a web page/],
    [Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0'), Buffer.alloc(300)]), /a tar archive, as PyTorch wrote/],
    [Buffer.from('8002582b0000002e', 'hex'), /cannot be read: it claims a value of 43 bytes, where only 1 follow/],
    [Buffer.from('80024b012e', 'hex'), /a pickle of Python, but not one that torch\.save wrote[^]*begins with 1/],
    [Buffer.from('504b0506'.padEnd(44, '0'), 'hex'), /is no file of weights/],
  ];
  for (const [i, [content, message]] of cases.entries()) {
    const path = join(folder, `other-${i}`);
    writeFileSync(path, content);
    const problem = problemOf(() => openWeights(path));
    assert.ok(problem.startsWith(path), problem);
    assert.match(problem, message);
  }
  assert.match(
    problemOf(() => openWeights(folder)),
    /cannot read: it is a folder/,
  );
  assert.match(
    problemOf(() => openWeights(join(folder, 'absent'))),
    /there is no such file/,
  );
  assert.not(existsSync(join(folder, 'absent')));
});

test.run();
