import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fakeWorld, libTorchFiles } from './fake-world.mjs';
import { findLibTorch, isAtLeast } from './find-libtorch.mjs';

const test = suite('findLibTorch');
let fake;
test.before.each(() => (fake = fakeWorld({ answers: { python3: () => ({ output: `${fake.torch ?? ''}\n` }) } })));
test.after.each(() => fake.remove());

const system = (path) => join(fake.world.systemRoot, path);

test('LIBTORCH goes before everything else', async () => {
  fake.write({ ...libTorchFiles('/opt/libtorch', '2.5.0'), ...libTorchFiles('/usr', '1.13.0') });
  fake.world.env.LIBTORCH = system('/opt/libtorch');
  const { found } = await findLibTorch(fake.world);
  assert.is(found.prefix, system('/opt/libtorch'));
  assert.is(found.version, '2.5.0');
  assert.is(found.source, 'LIBTORCH');
});

test('LIBTORCH may name the folder above, as an unpacked archive or site-packages is', async () => {
  fake.write(libTorchFiles('/opt/site-packages/torch'));
  fake.world.env.LIBTORCH = system('/opt/site-packages');
  assert.is((await findLibTorch(fake.world)).found.prefix, system('/opt/site-packages/torch'));
});

test('a wrong LIBTORCH is an error, whatever else there is', async () => {
  fake.write(libTorchFiles('/usr'));
  fake.world.env.LIBTORCH = '/nowhere';
  try {
    await findLibTorch(fake.world);
    assert.unreachable('should have thrown');
  } catch (error) {
    assert.match(error.message, 'LIBTORCH=/nowhere: there is no LibTorch.');
    assert.match(error.message, 'include/ATen/ATen.h');
    assert.is(error.exitCode, 2);
  }
});

test('a Python torch package goes before the one of the system', async () => {
  fake.write({
    '/usr/bin/python3': '',
    ...libTorchFiles('/opt/venv/torch', '2.4.1'),
    ...libTorchFiles('/usr', '1.13.0'),
  });
  fake.torch = system('/opt/venv/torch/__init__.py');
  const { found } = await findLibTorch(fake.world);
  assert.is(found.source, 'python');
  assert.is(found.version, '2.4.1');
});

test('a Python package without headers is passed over', async () => {
  fake.write({ '/usr/bin/python3': '', '/opt/venv/torch/__init__.py': '', ...libTorchFiles('/usr', '1.13.0') });
  fake.torch = system('/opt/venv/torch/__init__.py');
  assert.is((await findLibTorch(fake.world)).found.source, 'system');
});

test('a LibTorch that is too old is told, not taken', async () => {
  fake.write(libTorchFiles('/usr', '1.8.1'));
  const { found, rejected } = await findLibTorch(fake.world);
  assert.is(found, undefined);
  assert.equal(rejected, [`${system('/usr')} has LibTorch 1.8.1, and the engine needs 1.13 or newer`]);
});

test('where there is none, none is found', async () => {
  assert.equal(await findLibTorch(fake.world), { rejected: [] });
});

test('versions compare as numbers', () => {
  assert.ok(isAtLeast('1.13.0', '1.13'));
  assert.ok(isAtLeast('2.0', '1.13'));
  assert.not.ok(isAtLeast('1.9.1', '1.13'));
});

test.run();
