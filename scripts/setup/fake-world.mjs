import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A checkout and a machine in a temporary folder, for tests. `exec` notes what would be run and answers with
 * `answers[program]`, a function of the arguments, or success.
 *
 * @param {Partial<import('./world.mjs').World> & { answers?: Record<string, (args: readonly string[]) => unknown> }} [given]
 */
export function fakeWorld({ answers = {}, ...given } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ldm-set-up-'));
  const said = [];
  const ran = [];
  const world = {
    root: join(folder, 'checkout'),
    systemRoot: join(folder, 'system'),
    env: { PATH: join(folder, 'system/usr/bin') },
    uid: 1000,
    node: { abi: '115', path: 'node' },
    explicit: true,
    force: false,
    report: {
      say: (text) => void said.push(text),
      fail: (text) => void said.push(text),
      during: async (_doing, work) => ({ result: await work(), seconds: '1.0 s' }),
    },
    exec: async (command, args) => {
      ran.push([command, ...args].join(' '));
      return { code: 0, output: '', ...(await answers[command.split('/').at(-1)]?.(args)) };
    },
    ...given,
  };
  return {
    world,
    said,
    ran,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    /** Writes files; a path under /usr or /etc is the machine's, any other the checkout's. */
    write(files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(/^\/(usr|etc|proc|opt)\//.test(path) ? world.systemRoot : world.root, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
        if (path.startsWith('/usr/bin/')) chmodSync(file, 0o755);
      }
    },
  };
}

export const DEBIAN = { '/etc/os-release': 'ID=debian\n', '/usr/bin/apt-get': '', '/usr/bin/apt-cache': '' };
export const TOOLS = { '/usr/bin/cmake': '', '/usr/bin/c++': '', '/usr/bin/make': '' };

/** The files that make a folder LibTorch's prefix. */
export function libTorchFiles(prefix, version = '2.4.1') {
  const [major, minor, patch] = version.split('.');
  return {
    [`${prefix}/include/ATen/ATen.h`]: '',
    [`${prefix}/include/torch/csrc/api/include/torch/version.h`]: `#define TORCH_VERSION_MAJOR ${major}
#define TORCH_VERSION_MINOR ${minor}
#define TORCH_VERSION_PATCH ${patch}
`,
    [`${prefix}/lib/libtorch_cpu.so`]: `LibTorch ${version} of ${prefix}`,
  };
}
