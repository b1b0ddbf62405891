import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { probeEngines, type EngineProbe, type Precision } from '../../engine/index.js';
import { packageRoot } from '../../io/package-root.js';
import type { ContestantCommand } from './contestant.js';
import { pythonWithTorch } from './python.js';
import type { Workload } from './workloads/index.js';

/** bfloat16 has 8 bits; the errors of many results cancel in part. */
const BFLOAT16_TOLERANCE = 1e-2;

/** The contestants of a workload that are there, and why the others are not. */
export async function contestantsOf(
  workload: Workload,
  threads: number,
): Promise<{ commands: ContestantCommand[]; absent: string[] }> {
  const commands: ContestantCommand[] = [];
  const absent: string[] = [];
  const probes = await probeEngines();
  for (const engine of workload.engines) {
    const probe = probes.find((candidate) => candidate.name === engine);
    if (probe?.available === true) commands.push(...ownEngines(workload, probe, threads));
    else absent.push(`${engine}: ${probe?.detail ?? 'not there'}`);
  }
  if (workload.pytorch !== undefined) {
    const command = pytorch(workload, threads);
    if (command) commands.push(command);
    else absent.push('pytorch: no Python with a torch package found (PYTHON=/path/to/python names one)');
  }
  return { commands, absent };
}

/** The engine, and where it is worth it the engine in its mixed precision. */
function ownEngines(workload: Workload, { name, bfloat16 }: EngineProbe, threads: number): ContestantCommand[] {
  const isMixed = workload.mixedPrecision === true && bfloat16 === 'native';
  return [ownEngine(workload, name, threads), ...(isMixed ? [ownEngine(workload, name, threads, 'bf16-mixed')] : [])];
}

/** The workload's script in PyTorch, where both are there. */
export function pytorch({ name, pytorch }: Workload, threads: number): ContestantCommand | undefined {
  const python = pythonWithTorch();
  if (pytorch === undefined || python === undefined) return undefined;
  const script = join(packageRoot(), 'scripts', 'bench', pytorch);
  // The scripts import one another; that should leave no files behind in the package.
  const env = { PYTHONDONTWRITEBYTECODE: '1' };
  return { name: 'pytorch', command: python, args: [script, String(threads), name], env };
}

/** Never with the options that Node was started with: they may hold the very program that asks (`node -e …`). */
export function ownEngine(
  workload: Workload,
  engine: string,
  threads: number,
  precision: Precision = '32',
): ContestantCommand {
  const fromSources = import.meta.url.endsWith('.ts');
  const worker = fileURLToPath(new URL(`worker.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  const loader = fromSources ? ['--import', 'tsx'] : [];
  return {
    name: precision === '32' ? engine : `${engine} ${precision}`,
    command: process.execPath,
    args: [...loader, worker, workload.name, engine, String(threads), precision],
    ...(precision === 'bf16-mixed' && { tolerance: BFLOAT16_TOLERANCE }),
  };
}

/** Updates so many bytes from as many in each repetition of the part, all threads together. */
export function memoryBandwidth(threads: number, part: string, bytes: number): ContestantCommand {
  const script = join(packageRoot(), 'scripts', 'bench', 'memory-bandwidth.mjs');
  return { name: 'memory', command: process.execPath, args: [script, String(threads), part, String(bytes)] };
}
