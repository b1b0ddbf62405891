import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { fakeWorld } from './fake-world.mjs';
import { npmPackages } from './npm-packages.mjs';
import { setUp } from './set-up.mjs';
import { SetupError } from './setup-error.mjs';
import { typescriptBuild } from './typescript-build.mjs';

const test = suite('set-up');
let fake;
test.before.each(() => (fake = fakeWorld()));
test.after.each(() => fake.remove());

const step = (done, perform = () => {}) => ({ isDone: () => done.value, perform });

test('says nothing and takes no lock where nothing is missing', async () => {
  assert.is(await setUp(fake.world, [step({ value: true })]), 0);
  assert.equal(fake.said, []);
  assert.not.ok(existsSync(join(fake.world.root, 'build')));
});

test('two at once do the work once', async () => {
  const done = { value: false };
  let times = 0;
  const work = step(done, async () => {
    times += 1;
    await new Promise((resolve) => globalThis.setTimeout(resolve, 50));
    done.value = true;
  });
  await Promise.all([setUp(fake.world, [work]), setUp(fake.world, [work])]);
  assert.is(times, 1);
  assert.match(fake.said[0], 'waiting for another set-up');
  assert.not.ok(existsSync(join(fake.world.root, 'build/setup.lock')));
});

test('a lock whose owner is gone holds nobody up', async () => {
  mkdirSync(join(fake.world.root, 'build'), { recursive: true });
  const { hostname } = await import('node:os');
  writeFileSync(join(fake.world.root, 'build/setup.lock'), JSON.stringify({ host: hostname(), pid: 2 ** 22 + 1 }));
  assert.is(await setUp(fake.world, [step({ value: false })]), 0);
});

test('what fails is said and ends with its exit code', async () => {
  const failing = step({ value: false }, () => {
    throw new SetupError('npm ci failed.');
  });
  assert.is(await setUp(fake.world, [failing]), 1);
  assert.equal(fake.said, ['npm ci failed.']);
});

const LOCK = JSON.stringify({
  packages: {
    '': { version: '1.0.0' },
    'node_modules/a': { version: '1.2.3', integrity: 'sha512-x' },
    'node_modules/a-darwin': { version: '1.2.3', integrity: 'sha512-y', optional: true },
  },
});

test('npm packages: installed when the lock file changes, and when node_modules is gone', async () => {
  fake.write({ 'package-lock.json': LOCK });
  assert.not.ok(npmPackages.isDone(fake.world));
  await npmPackages.perform(fake.world);
  assert.ok(npmPackages.isDone(fake.world));
  fake.write({ 'package-lock.json': LOCK.replaceAll('1.2.3', '1.2.4') });
  assert.not.ok(npmPackages.isDone(fake.world));
  await npmPackages.perform(fake.world);
  rmSync(join(fake.world.root, 'node_modules'), { recursive: true });
  assert.not.ok(npmPackages.isDone(fake.world));
});

test('npm packages: what npm installed by hand counts, without packages of other platforms', () => {
  const installed = JSON.stringify({ packages: { 'node_modules/a': { version: '1.2.3', integrity: 'sha512-x' } } });
  fake.write({ 'package-lock.json': LOCK, 'node_modules/.package-lock.json': installed });
  assert.ok(npmPackages.isDone(fake.world));
});

test('npm packages: a failure shows what npm said first and leaves no stamp', async () => {
  fake.world.exec = async () => ({ code: 1, output: 'npm error code EUSAGE\nnpm error out of sync\n' });
  fake.write({ 'package-lock.json': LOCK });
  try {
    await npmPackages.perform(fake.world);
    assert.unreachable('should have thrown');
  } catch (error) {
    assert.match(error.message, '  code EUSAGE\n  out of sync');
  }
  assert.not.ok(npmPackages.isDone(fake.world));
});

const compiles = (name) => async (_command, args) => {
  writeFileSync(join(args[args.indexOf('--outDir') + 1], name), '');
  return { code: 0, output: '' };
};

test('TypeScript: swapped in whole, so that the output of a deleted source goes', async () => {
  fake.write({ 'src/a.ts': 'a', 'tsconfig.json': '{}' });
  fake.world.exec = compiles('a.js');
  await typescriptBuild.perform(fake.world);
  assert.ok(typescriptBuild.isDone(fake.world));
  fake.write({ 'src/a.ts': 'b', 'src/a.test.ts': 'not compiled' });
  assert.not.ok(typescriptBuild.isDone(fake.world));
  fake.world.exec = compiles('b.js');
  await typescriptBuild.perform(fake.world);
  assert.not.ok(existsSync(join(fake.world.root, 'dist/a.js')));
  assert.ok(existsSync(join(fake.world.root, 'dist/b.js')));
  fake.write({ 'src/a.test.ts': 'changed' });
  assert.ok(typescriptBuild.isDone(fake.world));
});

test('TypeScript: errors are shown, and the last good output stays', async () => {
  fake.write({ 'src/a.ts': 'a', 'dist/a.js': 'old' });
  fake.world.exec = async () => ({ code: 2, output: 'src/a.ts(1,1): error TS2304: no\n' });
  try {
    await typescriptBuild.perform(fake.world);
    assert.unreachable('should have thrown');
  } catch (error) {
    assert.match(error.message, 'src/a.ts(1,1): error TS2304: no');
  }
  assert.is(readFileSync(join(fake.world.root, 'dist/a.js'), 'utf8'), 'old');
});

test.run();
