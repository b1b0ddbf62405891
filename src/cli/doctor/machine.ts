import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly os: string;
  readonly processor: string;
  readonly logicalCores: number;
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** NVIDIA's, as its driver names them. */
  readonly gpus: readonly string[];
}

export function inspectMachine(): Machine {
  return {
    os: `${type()} ${release()} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    logicalCores: availableParallelism(),
    memoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
    gpus: nvidiaGpus(),
  };
}

function nvidiaGpus(): string[] {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.split('\n').filter((line) => line.trim() !== '') : [];
}
