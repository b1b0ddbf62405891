import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEBIAN, TOOLS, fakeWorld, libTorchFiles } from './fake-world.mjs';
import { nativeEngine } from './native-engine.mjs';
import { readJson } from './stamp.mjs';

const test = suite('native engine');
let fake;
const SOURCES = { 'native/CMakeLists.txt': 'project(x)', 'native/src/addon.cc': 'int x;' };
const ADDON = 'build/native/ldm_torch.node';

test.before.each(() => {
  fake = fakeWorld({
    answers: {
      cmake: (args) => {
        if (fake.cmakeFails) return { code: 1, output: 'addon.cc:1: error: no\n' };
        if (args[0] === '--build') fake.write({ [ADDON]: 'machine code' });
        return {};
      },
    },
  });
  fake.write(SOURCES);
});
test.after.each(() => fake.remove());

const builds = () => fake.ran.filter((command) => command.startsWith('cmake --build')).length;
const status = () => readJson(join(fake.world.root, 'build/engine.json')).status;

test('builds once, and again only for other sources, another LibTorch, Node or processor', async () => {
  fake.write({ ...TOOLS, ...libTorchFiles('/usr') });
  await nativeEngine.perform(fake.world);
  assert.equal(fake.said, [
    `built the native engine on LibTorch 2.4.1 (${join(fake.world.systemRoot, 'usr')}) (1.0 s)`,
  ]);
  assert.ok(nativeEngine.isDone(fake.world));

  const changes = [
    () => fake.write({ 'native/src/addon.cc': 'int y;' }),
    () => fake.write(libTorchFiles('/usr', '2.5.0')),
    () => (fake.world.node = { ...fake.world.node, abi: '127' }),
    () => fake.write({ '/proc/cpuinfo': 'flags\t\t: fpu avx512\n' }),
  ];
  for (const [index, change] of changes.entries()) {
    change();
    assert.not.ok(nativeEngine.isDone(fake.world), `change ${index}`);
    await nativeEngine.perform(fake.world);
    assert.ok(nativeEngine.isDone(fake.world), `after change ${index}`);
    assert.is(builds(), index + 2);
  }
});

test('a file that was touched and not changed is no reason to build', async () => {
  fake.write({ ...TOOLS, ...libTorchFiles('/usr') });
  await nativeEngine.perform(fake.world);
  utimesSync(join(fake.world.root, 'native/src/addon.cc'), new Date(), new Date());
  assert.ok(nativeEngine.isDone(fake.world));
});

test('the LibTorch named once stays chosen; naming another rebuilds', async () => {
  fake.write({ ...TOOLS, ...libTorchFiles('/usr', '1.13.0'), ...libTorchFiles('/opt/libtorch') });
  fake.world.env.LIBTORCH = join(fake.world.systemRoot, 'opt/libtorch');
  await nativeEngine.perform(fake.world);
  delete fake.world.env.LIBTORCH;
  assert.ok(nativeEngine.isDone(fake.world));
  fake.world.env.LIBTORCH = join(fake.world.systemRoot, 'usr');
  assert.not.ok(nativeEngine.isDone(fake.world));
});

test('without rights it prints the one command and goes on', async () => {
  fake.write(DEBIAN);
  await nativeEngine.perform(fake.world);
  assert.is(status(), 'no-libtorch');
  assert.match(
    fake.said.join('\n'),
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends libtorch-dev libgloo-dev libjpeg-dev libopenblas0-pthread cmake g++ make && npm run setup',
  );
  assert.match(fake.said.join('\n'), 'WebAssembly');
  assert.not.ok(fake.ran.some((command) => command.startsWith('apt-get')));
});

test('an ordinary start says it in one line the next time', async () => {
  fake.write(DEBIAN);
  await nativeEngine.perform(fake.world);
  fake.said.length = 0;
  await nativeEngine.perform({ ...fake.world, explicit: false });
  assert.is(fake.said.length, 1);
  assert.not.match(fake.said[0], '\n');
});

test('a LibTorch installed since is taken at the next start', async () => {
  fake.write({ ...DEBIAN, ...TOOLS });
  await nativeEngine.perform(fake.world);
  fake.write(libTorchFiles('/usr'));
  await nativeEngine.perform({ ...fake.world, explicit: false });
  assert.is(status(), 'built');
});

test('as root on Debian it installs what is missing', async () => {
  fake.write(DEBIAN);
  const exec = fake.world.exec;
  fake.world.uid = 0;
  fake.world.exec = (command, args, options) => {
    if (args.includes('install')) fake.write({ ...TOOLS, ...libTorchFiles('/usr', '1.13.0') });
    return exec(command, args, options);
  };
  await nativeEngine.perform(fake.world);
  assert.is(status(), 'built');
  assert.is(fake.said[0], 'installed libtorch-dev libgloo-dev libjpeg-dev libopenblas0-pthread cmake g++ make (1.0 s)');
});

test('an installation that failed is not tried at every start', async () => {
  fake = fakeWorld({ uid: 0, answers: { 'apt-get': () => ({ code: 100, output: 'E: no network\n' }) } });
  fake.write({ ...SOURCES, ...DEBIAN });
  await nativeEngine.perform(fake.world);
  assert.match(fake.said.join('\n'), 'E: no network');
  const attempts = () => fake.ran.filter((command) => command.includes('install')).length;
  assert.is(attempts(), 1);
  await nativeEngine.perform({ ...fake.world, explicit: false });
  assert.is(attempts(), 1);
  await nativeEngine.perform(fake.world);
  assert.is(attempts(), 2);
});

test('a distribution whose LibTorch is too old is pointed to Python', async () => {
  fake = fakeWorld({ answers: { 'apt-cache': () => ({ output: 'libtorch-dev:\n  Candidate: 1.8.1-5\n' }) } });
  fake.write({ ...SOURCES, ...DEBIAN, ...TOOLS });
  await nativeEngine.perform(fake.world);
  assert.match(fake.said.join('\n'), 'python3 -m pip install torch && npm run setup');
});

test('without a compiler it names what is missing', async () => {
  fake.write({ '/usr/bin/cmake': '', ...libTorchFiles('/usr') });
  await nativeEngine.perform(fake.world);
  assert.is(status(), 'no-tools');
  assert.match(fake.said[0], 'c++ or g++ or clang++ and ninja or make is missing');
});

test('a failed build shows the end of its log, leaves no old engine and waits for a change or `npm run setup`', async () => {
  fake.write({ ...TOOLS, ...libTorchFiles('/usr') });
  await nativeEngine.perform(fake.world);
  fake.cmakeFails = true;
  fake.write({ 'native/src/addon.cc': 'int' });
  const onStart = { ...fake.world, explicit: false };
  await nativeEngine.perform(onStart);
  assert.match(fake.said.at(-1), 'addon.cc:1: error: no');
  assert.match(fake.said.at(-1), 'build/native.log');
  assert.not.ok(existsSync(join(fake.world.root, ADDON)));

  const before = fake.ran.length;
  await nativeEngine.perform(onStart);
  assert.not.ok(fake.ran.slice(before).some((command) => command.startsWith('cmake')));
  fake.cmakeFails = false;
  await nativeEngine.perform(fake.world);
  assert.is(status(), 'built');
});

test('a build that was killed is begun anew', async () => {
  fake.write({ ...TOOLS, ...libTorchFiles('/usr'), 'build/native/.unfinished': '', 'build/native/half.o': '' });
  await nativeEngine.perform(fake.world);
  assert.not.ok(existsSync(join(fake.world.root, 'build/native/half.o')));
});

test.run();
