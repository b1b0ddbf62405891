import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../errors.js';
import { addonPath, loadAddon, type Addon, type AddonError } from './index.js';
import { isTorchBuilt, runSuites, torchSuite } from '../testing.js';

const test = await torchSuite('the native addon');

type Anything = Record<string, (...args: unknown[]) => unknown>;

/** Every export, called with what it does not expect: an error with our code, never a crash. */
test('wrong arguments are errors', () => {
  const addon = loadAddon() as unknown as Anything;
  const x = loadAddon().write(new Float32Array([1, 2, 3, 4]), [2, 2], 'float32');
  const before = loadAddon().memory().tensors;
  const wrong: unknown[][] = [
    [],
    [null],
    ['x'],
    [-1],
    [1e300],
    [NaN],
    [1.5],
    [{}],
    [x, x, x, x, x, x, x, x, x, x, x, x, x],
    [[x], [1.5]],
    [() => x],
    [Symbol.iterator],
    [10n],
  ];
  for (const [name, operation] of Object.entries(addon)) {
    for (const args of wrong) {
      if (args.length === 0 && ['version', 'bfloat16', 'threads', 'memory', 'device', 'cuda'].includes(name)) continue;
      let error: unknown;
      try {
        operation(...args);
      } catch (caught) {
        error = caught;
      }
      assert.instance(error, Error, `${name}(${args.length} arguments) did not throw`);
      assert.is((error as NodeJS.ErrnoException).code, 'ERR_LDM_TORCH', `${name}: ${String(error)}`);
      assert.ok((error as Error).message.startsWith(`${name}(`), (error as Error).message);
    }
  }
  assert.is(loadAddon().memory().tensors, before);
  loadAddon().dispose(x);
});

const fill = (addon: Addon, shape: number[]): number => addon.fill(shape, 0, 'float32');

const messages: [title: string, run: (addon: Addon, x: number) => unknown, message: RegExp][] = [
  [
    'a number that names no tensor',
    (addon) => addon.relu(123456789),
    /^relu\(\): no live tensor has number 123456789$/,
  ],
  [
    'shapes that do not broadcast',
    (addon, x) => addon.add(x, addon.fill([3], 0, 'float32')),
    /^add\(float32\[2,2\], float32\[3\]\): /,
  ],
  [
    'too few values',
    (addon) => addon.write(new Float32Array(3), [2, 2], 'float32'),
    /float32\[2,2\] holds 4 values, found 3/,
  ],
  [
    'values of another type',
    (addon) => addon.write(new Int32Array(4), [2, 2], 'float32'),
    /must be the typed array that holds float32/,
  ],
  [
    'an unknown dtype',
    (addon) => addon.fill([1], 0, 'float64' as 'float32'),
    /dtype must be float32, int32 or bool, found 'float64'/,
  ],
  ['a negative size', (addon) => addon.fill([-1], 0, 'float32'), /^fill\(\): /],
  [
    'a size beyond memory',
    (addon) => addon.fill([2 ** 40, 2 ** 10], 0, 'float32'),
    /^fill\(\): out of memory, asked for 4503599627370496 bytes$/,
  ],
  ['a size beyond counting', (addon) => addon.fill([2 ** 50, 2 ** 50], 0, 'float32'), /^fill\(\): .*overflow/],
  [
    'an absurd shape, before memory for it is asked for',
    (addon) => addon.write(new Float32Array(4), [2 ** 40], 'float32'),
    /float32\[1099511627776\] holds 1099511627776 values, found 4/,
  ],
  ['more repeats than can be counted', (addon, x) => addon.tile(x, [1, 2 ** 53 - 1]), /^tile\(float32\[2,2\]\): /],
  [
    'more tensors than are of use',
    (addon) => addon.unstack(addon.fill([2 ** 27, 0], 0, 'float32'), 0),
    /would give 134217728 tensors/,
  ],
  [
    'a slice whose end cannot be counted',
    (addon, x) => addon.slice(x, [0, 0], [2 ** 53 - 1, 1], [2 ** 53 - 1, 1]),
    /axis 0 of 2 has no/,
  ],
  [
    'a pooling gradient of another batch',
    (addon) => addon.avgPoolGrad(fill(addon, [1, 2, 2, 64]), fill(addon, [4000, 4, 4, 64]), [2, 2], [2, 2], [0, 0]),
    /with the batch and the channels of the image/,
  ],
  [
    'a pooling stride of zero',
    (addon) => addon.maxPool(fill(addon, [1, 4, 4, 1]), [2, 2], [0, 1], [0, 0], [1, 1]),
    /window and stride must be positive/,
  ],
  [
    'a convolution gradient with channels that the filter does not give',
    (addon) => {
      const dy = fill(addon, [1, 7, 7, 1]);
      return addon.conv2dInputGrad(dy, fill(addon, [3, 3, 4, 8]), [1, 9, 9, 4], [1, 1], [1, 1], [0, 0], [7, 7], false);
    },
    /gradient has 1 channels/,
  ],
  [
    'an index outside the axis',
    (addon) => addon.gather(fill(addon, [1, 1, 3, 2]), addon.write(Int32Array.of(3), [1, 1], 'int32')),
    /the index value 3 is not in \[0, 2\]/,
  ],
  ['a view of another size', (addon, x) => addon.view(x, [5]), /^view\(float32\[2,2\]\): shape '\[5\]' is invalid/],
  ['an axis out of range', (addon, x) => addon.sum(x, [5]), /^sum\(float32\[2,2\]\): /],
  ['a stride of zero', (addon, x) => addon.slice(x, [0, 0], [1, 1], [0, 1]), /axis 0 of 2 has no 1 values from 0 by 0/],
  [
    'a slice beyond the end',
    (addon, x) => addon.slice(x, [0, 1], [2, 2], [1, 1]),
    /axis 1 of 2 has no 2 values from 1/,
  ],
  [
    'no threads',
    (addon) => {
      addon.setThreads(0);
    },
    /number of threads must be between 1 and \d+, found 0/,
  ],
  [
    'a matrix product of rank 1',
    (addon) => addon.matmul(addon.fill([2], 0, 'float32'), addon.fill([2], 0, 'float32'), false, false),
    /at least two axes/,
  ],
  [
    'groups that do not divide',
    (addon, x) => addon.groupNorm(x, x, x, undefined, undefined, 3, 1e-5, 'linear'),
    /2 channels do not divide into 3 groups/,
  ],
  [
    'an unknown activation',
    (addon, x) => addon.fusedMatmul(x, x, false, false, undefined, 'swish', undefined, 0),
    /unknown activation 'swish'/,
  ],
];

for (const [title, run, message] of messages) {
  test(`names ${title}`, () => {
    const addon = loadAddon();
    const x = addon.write(new Float32Array(4), [2, 2], 'float32');
    assert.throws(() => run(addon, x), message);
  });
}

test('an index out of range is a RangeError that also gives its reason alone', () => {
  const addon = loadAddon();
  const indices = addon.write(Int32Array.of(3), [1, 1], 'int32');
  let error: unknown;
  try {
    addon.gather(addon.fill([1, 1, 2, 1], 0, 'float32'), indices);
  } catch (caught) {
    error = caught;
  }
  const reason = 'the index value 3 is not in [0, 1]';
  assert.instance(error, RangeError);
  assert.is((error as AddonError).message, `gather(float32[1,1,2,1], int32[1,1]): ${reason}`);
  assert.is((error as AddonError).reason, reason);
});

test('a tensor’s number is not used again', () => {
  const addon = loadAddon();
  const first = addon.fill([1], 0, 'float32');
  addon.dispose(first);
  assert.ok(addon.fill([1], 0, 'float32') > first);
  assert.throws(() => addon.read(first), /no live tensor/);
  assert.throws(() => {
    addon.dispose(first);
  }, /no live tensor/);
});

test('the least integer has a remainder by -1', () => {
  const addon = loadAddon();
  const int32 = (...values: number[]): number => addon.write(Int32Array.from(values), [values.length], 'int32');
  assert.equal(addon.read(addon.mod(int32(-(2 ** 31), 7, 7), int32(-1, -1, -4))), Int32Array.of(0, 0, -1));
});

test('what was stored of several outputs goes when one of them cannot be had', () => {
  const addon = loadAddon();
  const x = addon.fill([2 ** 15, 2], 0, 'float32');
  const { tensors, bytes, pooled, limit } = addon.memory();
  // The halves are copies of 128 KiB: room for one of them.
  addon.setMemoryLimit(bytes + pooled + 2 ** 18);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) addon.split(x, [1, 1], 1);
  }, /out of memory/);
  addon.setMemoryLimit(limit);
  assert.is((addon.memory().tensors - tensors) % 2, 0);
});

test('threads can be set', () => {
  const addon = loadAddon();
  const threads = addon.threads();
  addon.setThreads(1);
  assert.is(addon.threads(), 1);
  addon.setThreads(threads);
});

runSuites();

const missing = suite('an addon that is not built');

missing('is an error that names the path and the command', () => {
  if (isTorchBuilt()) return;
  assert.throws(loadAddon, (error: unknown) => error instanceof UserError && error.message.includes('npm run setup'));
  assert.throws(loadAddon, (error: unknown) => error instanceof UserError && error.message.includes(addonPath()));
});

missing.run();
