import * as tf from '@tensorflow/tfjs-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../errors.js';
import { groupNorm } from '../ops/group-norm.js';
import { hasNativeKernel } from '../ops/native.js';
import { loadAddon } from './addon/index.js';
import { deviceNamed, torchDevice, type Cuda, type Device } from './device.js';
import { selectEngine } from './index.js';
import { assertSameAsCpu, numbers, runSuites, torchSuite } from './testing.js';
import { registerNativeKernels } from './torch-kernels.js';

const names = suite('devices');

names('are read as written', () => {
  for (const name of ['auto', 'cpu', 'cuda', 'cuda:0', 'cuda:12']) assert.is(deviceNamed(name), name);
  for (const name of ['gpu', 'cuda:', 'cuda:-1', 'cuda:x', 'CPU', '']) {
    assert.throws(() => deviceNamed(name), /--device: unknown device[^]*expected: +auto, cpu, cuda or cuda:N/);
  }
});

names('auto takes a GPU where LibTorch sees one', () => {
  const choose = (device: Device, built: boolean, devices: number): string =>
    torchDevice(device, '2.5.0', { built, devices });
  assert.is(choose('auto', false, 0), 'cpu');
  assert.is(choose('auto', true, 0), 'cpu');
  assert.is(choose('auto', true, 2), 'cuda:0');
  assert.is(choose('cpu', true, 2), 'cpu');
  assert.is(choose('cuda', true, 2), 'cuda:0');
  assert.is(choose('cuda:1', true, 2), 'cuda:1');
});

const absent: [device: Device, cuda: Cuda, message: RegExp][] = [
  ['cuda', { built: false, devices: 0 }, /has no CUDA[^]*LibTorch 1\.13\.0, built for the CPU only[^]*LIBTORCH=\/path/],
  ['cuda:1', { built: true, devices: 0 }, /no GPU is seen[^]*built with CUDA, sees 0 GPUs[^]*nvidia-smi/],
  ['cuda:2', { built: true, devices: 2 }, /no such GPU[^]*expected: +cuda:0 to cuda:1/],
];
for (const [device, cuda, message] of absent) {
  names(`${device} with ${cuda.built ? cuda.devices : 'no CUDA and no'} GPUs is an error that names the fix`, () => {
    assert.throws(
      () => torchDevice(device, '1.13.0', cuda),
      (error: unknown) => error instanceof UserError && message.test(error.message),
    );
  });
}

names('the JavaScript engines have none but the CPU', async () => {
  for (const engine of ['cpu', 'wasm'] as const) {
    const error: unknown = await selectEngine(engine, { device: 'cuda' }).catch((caught: unknown) => caught);
    assert.instance(error, UserError);
    assert.match((error as Error).message, new RegExp(`--device cuda: the engine ${engine} computes on the CPU only`));
  }
});

names.run();

const test = await torchSuite('devices of the torch engine');

test('the CPU is the device of a LibTorch without CUDA, and TensorFloat-32 has no effect there', async () => {
  const { built, devices } = loadAddon().cuda();
  if (devices > 0) return;
  const info = await selectEngine('torch', { tf32: true });
  assert.is(info.device, 'cpu');
  assert.is(info.tf32, undefined);
  assert.match(info.note ?? '', /--tf32 has no effect/);
  assert.is(loadAddon().device(), 'cpu');
  assert.throws(
    () => {
      loadAddon().setDevice('cuda');
    },
    built ? /sees 0 GPUs/ : /built without CUDA/,
  );
  assert.throws(() => {
    loadAddon().setDevice('mps');
  }, /a device is cpu, cuda or cuda:N, found 'mps'/);
});

/** As on a GPU, as far as a CPU can tell: LibTorch's own operations in place of our loops, no kernel for the CPU only. */
async function asOnAnotherDevice(run: () => Promise<void>): Promise<void> {
  const addon = loadAddon();
  registerNativeKernels('torch', addon, 'cuda:0');
  addon.setLoops(false);
  try {
    await run();
  } finally {
    addon.setLoops(true);
    registerNativeKernels('torch', addon, 'cpu');
  }
}

test('kernels for the CPU only are not offered on another device, and refuse to run there', () =>
  asOnAnotherDevice(async () => {
    for (const name of ['GroupNorm', 'GroupNormGrad', 'AdamInPlace', 'EmaInPlace']) assert.not(hasNativeKernel(name));
    for (const name of ['PhiloxNormal', 'PixelValues']) assert.ok(hasNativeKernel(name));
    assert.ok(hasNativeKernel(tf.Conv2D));
    assert.throws(() => {
      loadAddon().adam([], 0, 0, 0, 0, 0, 0, true, 1);
    }, /no form for devices other than the CPU/);
    await assertSameAsCpu(() =>
      groupNorm(numbers([2, 3, 3, 4]), numbers([4], 2), numbers([4], 3), { numGroups: 2, activation: 'silu' }),
    );
  }));

test('kernels for the CPU only are offered on the CPU', () => {
  for (const name of ['GroupNorm', 'GroupNormGrad', 'AdamInPlace', 'EmaInPlace']) assert.ok(hasNativeKernel(name));
});

// One image: tfjs's CPU backend reads the gradients of further ones from the wrong places.
const image = (): tf.Tensor4D => numbers([1, 4, 5, 3]) as tf.Tensor4D;
const indices = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  gather: () => tf.gather(numbers([3, 4, 2]), indices(3, 0, 0), 1),
  oneHot: () => tf.oneHot(indices(0, 2, -1, 5), 3, 2, -1),
  'segment sums': () => tf.unsortedSegmentSum(numbers([4, 3]), indices(2, 0, -1, 2), 3),
  resizeNearest: () => tf.image.resizeNearestNeighbor(image(), [7, 6]),
  'gradient of resizeNearest': () =>
    tf.grad((x) => tf.square(tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 9])))(image()),
  'argMax with NaN': () =>
    ['argMax' as const, 'argMin' as const].flatMap((name) => [
      tf[name](tf.tensor2d([1, NaN, 3, NaN, 5, 9, 2, 2, 1, NaN, -Infinity, Infinity], [4, 3]), 1),
      tf[name](tf.tensor1d([3, 9, 9], 'int32')),
      tf[name](tf.tensor1d([false, true, true], 'bool')),
    ]),
  'convolution and its gradients': () =>
    tf.grads((x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'))([image(), numbers([3, 3, 3, 2], 2)]),
  'product of many rows': () => tf.matMul(numbers([2000, 8]), numbers([8, 4], 2)),
};
for (const [name, program] of Object.entries(programs)) {
  test(`${name}: LibTorch's own operations give what our loops give`, () =>
    asOnAnotherDevice(() => assertSameAsCpu(program, { tolerance: 1e-4 })));
}

runSuites();
