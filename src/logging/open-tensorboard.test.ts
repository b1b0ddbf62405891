import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runFolder } from '../io/run-folder.js';
import { tensorBoardFolder } from './open-tensorboard.js';

const run = runFolder('runs/now_mnist');
const folder = (params: Partial<Parameters<typeof tensorBoardFolder>[0]>) =>
  tensorBoardFolder({ save_dir: null, name: null, version: null, ...params }, run);

test("event files lie in the run's folder, or where save_dir, name and version say", () => {
  assert.is(folder({}), 'runs/now_mnist/tensorboard');
  assert.is(folder({ name: 'testtube' }), 'runs/now_mnist/tensorboard/testtube');
  assert.is(folder({ name: 'a', version: 3 }), 'runs/now_mnist/tensorboard/a/version_3');
  assert.is(folder({ save_dir: 'logs', name: 'a', version: 'b' }), 'logs/a/b');
});

test('runs that share a save_dir do not share a folder', () => {
  assert.is(folder({ save_dir: 'logs', name: 'a' }), 'logs/a/now_mnist');
});

test.run();
