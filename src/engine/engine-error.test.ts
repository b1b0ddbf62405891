import * as tf from '@tensorflow/tfjs-core';
import * as assert from 'uvu/assert';
import { EngineError } from '../errors.js';
import { engineError } from './engine-error.js';
import { numbers, runSuites, torchSuite } from './testing.js';

const test = await torchSuite('errors of the torch engine');

const memory = () => ({ tensors: 3, bytes: 2 ** 20, pooled: 0, limit: 2 ** 30 });
const addonError = (message: string, requestedBytes?: number): Error =>
  Object.assign(new Error(message), { code: 'ERR_LDM_TORCH' }, requestedBytes !== undefined && { requestedBytes });

/** Its name has to be in the stack. */
function callerOfTheOperation(): void {
  tf.engine().runKernel(
    'Conv2D',
    { x: numbers([1, 4, 4, 3]), filter: numbers([3, 3, 8, 16]) },
    {
      ...{ strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] },
    },
  );
}

test('names the kernel, the addon’s function, inputs, attributes and cause', () => {
  let error: unknown;
  try {
    tf.tidy(callerOfTheOperation);
  } catch (caught) {
    error = caught;
  }
  assert.instance(error, EngineError);
  const { message, cause, stack = '', code } = error as EngineError;
  assert.is(code, 'ERR_LDM_ENGINE');
  assert.match(message, /^Conv2D: conv2d\(float32\[1,4,4,3\], float32\[3,3,8,16\]\): the filter takes 8 channels/);
  assert.match(message, /\n {2}inputs: +x float32\[1,4,4,3\], filter float32\[3,3,8,16\]/);
  assert.match(message, /\n {2}attributes: +strides \[1,1\], pad "same", dataFormat "NHWC", dilations \[1,1\]/);
  assert.is((cause as NodeJS.ErrnoException).code, 'ERR_LDM_TORCH');
  const frames = stack.slice(stack.indexOf('\n    at '));
  assert.match(frames, /^\n {4}at callerOfTheOperation \(.*engine-error\.test\.ts/);
});

test('names what is written and read outside of kernels', () => {
  const write = () => tf.engine().backend.write(new Float32Array(3), [2 ** 40], 'float32');
  assert.throws(
    write,
    (error: Error) => error instanceof EngineError && error.message.startsWith('a new tensor: write()'),
  );
});

test('passes the errors of others', () => {
  const other = new TypeError('no');
  assert.is(engineError(other, { operation: 'Add' }, { memory }), other);
});

test('words sizes, and leaves out what is not known', () => {
  const worded = (requested: number): string =>
    (engineError(addonError('fill(): out of memory', requested), { operation: 'Fill' }, { memory }) as Error).message;
  assert.match(worded(1.5 * 2 ** 30), /asked for: +1\.5 GiB\n +in use: +1\.0 MiB by 3 tensors, 0 B kept for later\n/);
  assert.not.match(worded(0), /asked for:/);
  assert.match(worded(0), /limit: +1\.0 GiB/);
});

test('many inputs and long attributes are cut', () => {
  const inputs = Array.from({ length: 40 }, () => ({ shape: [2], dtype: 'float32' as const }));
  const attrs = { list: Array.from({ length: 1000 }, (_, i) => i), left: undefined };
  const { message } = engineError(addonError('adamw()'), { operation: 'A', inputs, attrs }, { memory }) as Error;
  assert.match(message, /inputs: +(float32\[2\], ){16}and 24 more/);
  assert.match(message, /attributes: +list \[0,1,2.{380,420}…/);
});

runSuites();
