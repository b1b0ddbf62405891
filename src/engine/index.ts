import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { UserError, type Problem } from '../errors.js';
import { addonPath, loadAddon } from './addon/index.js';
import { fallbackCalls } from './cpu-fallback.js';
import { kernelSupport } from './start.js';
import { findTensorflow, tensorflowRemedy } from './tensorflow.js';
import type { EngineInfo, EngineName, EngineProbe, SelectOptions, Starter } from './types.js';

export { fallbackCalls, kernelSupport };
export { deviceNamed, type Device } from './device.js';
export { precisionNamed, precisionProblem, type Bfloat16, type Precision } from './precision.js';
export type { EngineInfo, EngineName, EngineProbe, KernelSupport, SelectOptions } from './types.js';

/** The engines, fastest first. */
export const engineNames = ['torch', 'tensorflow', 'wasm', 'cpu'] as const satisfies readonly EngineName[];

/** Each engine's code, and what it needs, is loaded when it is chosen. */
const starters: Record<EngineName, () => Promise<Starter>> = {
  torch: async () => (await import('./start-torch.js')).startTorch,
  tensorflow: async () => (await import('./start-tensorflow.js')).startTensorflow,
  wasm: async () => (await import('./start-wasm.js')).startWasm,
  cpu: async () => (await import('./start-cpu.js')).startCpu,
};

/**
 * Makes an engine the one tfjs computes on, gradients included.
 *
 * @param name an engine, or `auto`: the fastest that is there, with a note about a faster one that is not
 * @param options `threads`, where the engine has them; `OMP_NUM_THREADS` or all logical cores by default
 * @throws UserError when the engine, the device or the precision asked for is absent, naming the fix
 */
export async function selectEngine(name: EngineName | 'auto', options: SelectOptions = {}): Promise<EngineInfo> {
  const { threads = defaultThreads(), device = 'auto', tf32 = false, precision = '32' } = options;
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UserError({ path: 'threads', problem: 'must be a positive integer', found: String(threads) });
  }
  const settings = { threads, device, tf32, precision };
  const info = name === 'auto' ? await startFastest(settings) : await start(name, settings);
  if (!tf32 || info.tf32 === true) return info;
  const note = `TensorFloat-32 is for GPUs: --tf32 has no effect on the engine ${info.name} on ${info.device}`;
  return { ...info, note: info.note === undefined ? note : `${info.note}\n${note}` };
}

/**
 * The first that starts. Where none does, the first one's reason is the one to mend. Only the first computes in bfloat16:
 * any other in its place would compute in float32 unasked.
 */
async function startFastest(settings: Required<SelectOptions>): Promise<EngineInfo> {
  let reason: UserError | undefined;
  let note: string | undefined;
  for (const candidate of engineNames) {
    try {
      const info = await start(candidate, settings);
      return note === undefined ? info : { ...info, note };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (settings.precision !== '32') throw new UserError([...error.problems, noOtherEngine], { cause: error });
      reason ??= error;
      note ??= `${candidate} would be faster. ${error.message}`;
    }
  }
  throw reason ?? new UserError({ problem: 'no engine could be started', remedy: 'npm run setup' });
}

const noOtherEngine: Problem = {
  where: 'precision bf16-mixed',
  problem: 'no engine but torch computes in bfloat16',
  remedy: '--precision 32 takes the fastest engine that is there',
};

/** All logical cores, unless OpenMP's own variable says otherwise, as in PyTorch. */
function defaultThreads(): number {
  const fromEnvironment = Number(process.env.OMP_NUM_THREADS);
  return Number.isInteger(fromEnvironment) && fromEnvironment > 0 ? fromEnvironment : availableParallelism();
}

async function start(name: EngineName, settings: Required<SelectOptions>): Promise<EngineInfo> {
  if (!engineNames.includes(name)) {
    const expected = ['auto', ...engineNames].join(', ');
    throw new UserError({ problem: 'unknown engine', found: name, expected, remedy: '--engine auto' });
  }
  const starter = await starters[name]();
  return starter(settings);
}

/** Which engines are there, without starting one. */
export function probeEngines(): Promise<EngineProbe[]> {
  return Promise.resolve([
    probeTorch(),
    probeTensorflow(),
    { name: 'wasm', available: true, version: packageVersion('@tensorflow/tfjs-backend-wasm') },
    { name: 'cpu', available: true, version: packageVersion('@tensorflow/tfjs-backend-cpu') },
  ]);
}

function probeTorch(): EngineProbe {
  try {
    const addon = loadAddon();
    return {
      name: 'torch',
      available: true,
      version: addon.version(),
      detail: addonPath(),
      cuda: addon.cuda(),
      bfloat16: addon.bfloat16(),
    };
  } catch (error) {
    return { name: 'torch', available: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function probeTensorflow(): EngineProbe {
  const found = findTensorflow();
  if (!found) return { name: 'tensorflow', available: false, detail: `not installed; to fix: ${tensorflowRemedy}` };
  return { name: 'tensorflow', available: true, version: packageVersion(found.name), detail: found.path };
}

function packageVersion(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
}
