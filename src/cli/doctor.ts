import { probeEngines } from '../engine/index.js';
import { alignColumns } from './columns.js';
import { inspectMachine } from './doctor/machine.js';
import { installedVersion, mnistFolder, ownVersion, programOnPath } from './doctor/packages.js';
import { setUpRecord } from './doctor/set-up-record.js';

export interface DoctorOptions {
  readonly json?: boolean;
  /** Also list which tfjs kernels the native engine has itself. */
  readonly kernels?: boolean;
}

const TENSORFLOW_PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** `ldm doctor`: what was found, and how to get what is missing. */
export async function doctor({ json = false, kernels = false }: DoctorOptions = {}): Promise<number> {
  const findings = await examine(kernels);
  console.log(json ? JSON.stringify(findings, null, 2) : describe(findings));
  return 0;
}

type Findings = Awaited<ReturnType<typeof examine>>;

async function examine(kernels: boolean) {
  const tensorflow = TENSORFLOW_PACKAGES.map((name) => ({ name, version: installedVersion(name) }));
  return {
    version: ownVersion(),
    node: process.version,
    machine: inspectMachine(),
    engines: await probeEngines(),
    setUp: setUpRecord(),
    tensorflow,
    mnist: mnistFolder(),
    tensorboard: programOnPath('tensorboard'),
  };
}

function describe({ version, node, machine, engines, setUp, tensorflow, mnist, tensorboard }: Findings): string {
  const installed = tensorflow.filter((found) => found.version !== undefined);
  const rows: [string, string][] = [
    ['ldm-runner', version],
    ['Node', node],
    ['system', machine.os],
    ['processor', `${machine.processor}, ${machine.logicalCores} logical cores`],
    ['memory', `${gibibytes(machine.memoryBytes)}, ${gibibytes(machine.freeMemoryBytes)} free`],
    ['GPU', machine.gpus.join('; ') || 'none that nvidia-smi reports'],
    ...engines.map(({ name, available, version, reason, remedy }): [string, string] => [
      `engine ${name}`,
      available ? `ready, ${version ?? ''}` : [`absent: ${reason ?? ''}`, remedy].join('\n'),
    ]),
    ['LibTorch', describeLibTorch(setUp)],
    [
      'TensorFlow',
      installed.map((found) => `${found.name} ${found.version ?? ''}`).join(', ') || 'not installed (optional)',
    ],
    ['MNIST', mnist ?? 'missing; to get it: npm run setup'],
    [
      'TensorBoard',
      tensorboard === undefined
        ? 'not on the PATH; to get it: python3 -m pip install tensorboard'
        : `${tensorboard} --logdir runs`,
    ],
  ];
  return alignColumns(rows, 2);
}

function describeLibTorch(record: Findings['setUp']): string {
  if (record === undefined) return 'unknown; to look for it: npm run setup';
  const { libtorch, reason, remedy } = record;
  const found = libtorch === undefined ? '' : `${libtorch.version} in ${libtorch.prefix}`;
  return record.status === 'built' ? found : [found, reason, remedy].filter(Boolean).join('; ');
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
