import { existsSync } from 'node:fs';
import { imageAddonPath } from '../data/image-addon.js';
import { kernelSupport, probeEngines, selectEngine, type EngineProbe } from '../engine/index.js';
import { alignFacts } from './columns.js';
import { inspectMachine, type Machine } from './doctor/machine.js';
import { mnistFolder, ownVersion, programOnPath } from './doctor/packages.js';
import { setUpRecord, type SetUpRecord } from './doctor/set-up-record.js';

export interface DoctorOptions {
  readonly json?: boolean;
  /** Also list which tfjs kernels the fastest engine has itself. */
  readonly kernels?: boolean;
}

interface Findings {
  readonly version: string;
  readonly node: string;
  readonly machine: Machine;
  readonly engines: readonly EngineProbe[];
  /** What `--engine auto` takes, and with how many threads. */
  readonly chosen: string;
  readonly device: string;
  readonly threads: number;
  /** Whether products on a GPU may round to TensorFloat-32; absent where it computes on the CPU. */
  readonly tf32?: boolean;
  readonly kernels?: ReturnType<typeof kernelSupport>;
  /** Absent where set-up has not run. */
  readonly setUp?: SetUpRecord;
  /** What decodes plain JPEGs. */
  readonly jpegs: 'libjpeg-turbo' | 'sharp';
  /** Where the data set lies. */
  readonly mnist?: string;
  /** The path of the program. */
  readonly tensorboard?: string;
}

/** `ldm doctor`: what was found, and how to get what is missing. */
export async function doctor({ json = false, kernels = false }: DoctorOptions = {}): Promise<number> {
  const findings = await examine(kernels);
  console.log(json ? JSON.stringify(findings, null, 2) : describe(findings));
  return 0;
}

async function examine(listKernels: boolean): Promise<Findings> {
  const engines = await probeEngines();
  const { name, device, threads, tf32 } = await selectEngine('auto');
  return {
    version: ownVersion(),
    node: process.version,
    machine: inspectMachine(),
    engines,
    chosen: name,
    device,
    threads,
    tf32,
    kernels: listKernels ? kernelSupport(name) : undefined,
    setUp: setUpRecord(),
    jpegs: existsSync(imageAddonPath()) ? 'libjpeg-turbo' : 'sharp',
    mnist: mnistFolder(),
    tensorboard: programOnPath('tensorboard'),
  };
}

function describe(findings: Findings): string {
  const { version, node, machine, engines, chosen, device, threads, kernels, setUp, mnist, tensorboard } = findings;
  const facts: [string, string][] = [
    ['ldm-runner', version],
    ['Node', node],
    ['system', machine.os],
    ['processor', `${machine.processor}, ${machine.logicalCores} logical cores`],
    ['memory', `${gibibytes(machine.memoryBytes)}, ${gibibytes(machine.freeMemoryBytes)} free`],
    ['GPU', machine.gpus.join('\n') || 'none that nvidia-smi reports'],
    ['', ''],
    ...engines.map((engine): [string, string] => [`engine ${engine.name}`, describeEngine(engine)]),
    ['--engine auto', `${chosen} on ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`],
    ['CUDA', describeCuda(findings)],
    ['TF32', findings.tf32 === undefined ? 'for GPUs only' : findings.tf32 ? 'on' : 'off; --tf32 true switches it on'],
    ['bfloat16', describeBfloat16(engines)],
    ['LibTorch', describeLibTorch(setUp)],
    ['', ''],
    [
      'JPEGs',
      findings.jpegs === 'sharp'
        ? 'decoded by sharp, at a third of the speed\nto fix: apt-get install libjpeg-dev && npm run setup'
        : 'decoded by libjpeg-turbo',
    ],
    ['MNIST', mnist ?? 'missing\nto fix: npm run setup'],
    [
      'TensorBoard',
      tensorboard ? `${tensorboard} --logdir runs` : 'not on the PATH\nto fix: python3 -m pip install tensorboard',
    ],
  ];
  if (kernels !== undefined) {
    facts.push(['', ''], ['native kernels', columns(kernels.native)], ['CPU kernels', columns(kernels.fallback)]);
  }
  return alignFacts(facts);
}

function describeEngine({ available, version, detail }: EngineProbe): string {
  if (!available) return `absent: ${detail ?? 'unknown why'}`;
  return ['ready', version, detail].filter(Boolean).join(', ');
}

function describeCuda({ engines, machine }: Findings): string {
  const cuda = engines.find(({ name }) => name === 'torch')?.cuda;
  if (cuda === undefined) return 'unknown: the engine torch is absent';
  if (!cuda.built) {
    const lacking = 'LibTorch was built without it';
    return machine.gpus.length === 0
      ? lacking
      : `${lacking}\nto fix: LIBTORCH=/path npm run setup -- --force   (a LibTorch built with CUDA)`;
  }
  return `LibTorch was built with it and sees ${cuda.devices} ${cuda.devices === 1 ? 'GPU' : 'GPUs'}`;
}

function describeBfloat16(engines: readonly EngineProbe[]): string {
  switch (engines.find(({ name }) => name === 'torch')?.bfloat16) {
    case 'native':
      return 'native on this processor: --precision bf16-mixed computes in it';
    case 'emulated':
      return 'emulated on this processor: --precision bf16-mixed saves memory, not time';
    case 'none':
      return 'none on this processor: --precision bf16-mixed is refused on it';
    default:
      return 'unknown: the engine torch is absent';
  }
}

function describeLibTorch(record: SetUpRecord | undefined): string {
  if (record === undefined) return 'not looked for yet\nto fix: npm run setup';
  const { status, libtorch, reason, remedy } = record;
  const found = libtorch && `${libtorch.version} in ${libtorch.prefix}`;
  return status === 'built' ? (found ?? '') : [found, reason, `to fix: ${remedy ?? ''}`].filter(Boolean).join('\n');
}

/** Names in lines that fit a terminal, led by their number. */
function columns(names: readonly string[]): string {
  const lines = [String(names.length)];
  for (const name of names) {
    const last = lines.at(-1) ?? '';
    if (lines.length > 1 && last.length + name.length < 90) lines[lines.length - 1] = `${last} ${name}`;
    else lines.push(name);
  }
  return lines.join('\n');
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
