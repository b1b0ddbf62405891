import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { chosenDevice } from './chosen-device.js';

const gpus = (count: number) => () => Promise.resolve(count);

test('nothing is chosen where nothing is asked for, and no engine is looked at', async () => {
  const never = () => Promise.reject(new Error('looked'));
  assert.equal(await chosenDevice({}, {}, never), {});
  assert.equal(await chosenDevice({}, { gpus: 0 }, never), { name: 'cpu' });
  assert.equal(await chosenDevice({ engine: 'wasm' }, { accelerator: 'cpu' }, never), { name: 'cpu' });
});

test('a GPU where there is one', async () => {
  assert.equal(await chosenDevice({}, { gpus: '0,' }, gpus(1)), { name: 'cuda:0' });
  assert.equal(await chosenDevice({ engine: 'torch' }, { gpus: '1,' }, gpus(2)), { name: 'cuda:1' });
  assert.equal(await chosenDevice({ device: 'auto' }, { gpus: 1 }, gpus(2)), { name: 'cuda' });
  assert.equal(await chosenDevice({}, { gpus: -1 }, gpus(1)), { name: 'cuda' });
});

test('on a machine without one, a word instead of an error', async () => {
  const note = 'GPU 0 was asked for and the engine sees none: training without';
  assert.equal(await chosenDevice({}, { gpus: '0,' }, gpus(0)), { note });
  assert.equal(await chosenDevice({ engine: 'wasm' }, { gpus: '0,' }, gpus(4)), { note });
});

test('--device counts', async () => {
  const note = '--device cpu counts, not GPU 0 that lightning.trainer asks for';
  assert.equal(await chosenDevice({ device: 'cpu' }, { gpus: '0,' }, gpus(1)), { note });
});

test('all of several GPUs cannot be had', async () => {
  try {
    await chosenDevice({}, { gpus: -1 }, gpus(8));
    assert.unreachable();
  } catch (error) {
    assert.is(
      (error as Error).message,
      'lightning.trainer.gpus: training on several devices is not built: a run has one\n' +
        '  found:        -1: all 8 GPUs\n  to fix:       --gpus 0, for the first',
    );
  }
});

test.run();
