import { UserError } from '../errors.js';

/** `cuda` is the first GPU. */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/** Reads a device as a user writes it. @throws UserError on anything else */
export function deviceNamed(text: string): Device {
  if (text === 'auto' || text === 'cpu' || text === 'cuda') return text;
  const [, index] = /^cuda:(\d{1,3})$/.exec(text) ?? [];
  if (index !== undefined) return `cuda:${Number(index)}`;
  throw new UserError({
    where: '--device',
    problem: 'unknown device',
    found: text,
    expected: 'auto, cpu, cuda or cuda:N',
    remedy: '--device auto',
  });
}

/** @throws UserError for a GPU asked of an engine that has none */
export function requireCpu(engine: string, device: Device): void {
  if (device === 'auto' || device === 'cpu') return;
  throw new UserError({
    where: `--device ${device}`,
    problem: `the engine ${engine} computes on the CPU only`,
    remedy: '--engine torch, on a LibTorch built with CUDA (docs/engines.md), or --device cpu',
  });
}

/** What LibTorch has of CUDA. */
export interface Cuda {
  /** Whether it was built with CUDA. */
  readonly built: boolean;
  /** GPUs that it sees. */
  readonly devices: number;
}

/**
 * The device that LibTorch is to compute on: under `auto` the first GPU, where there is one.
 * @throws UserError for a GPU that it cannot use, naming the fix
 */
export function torchDevice(wanted: Device, version: string, { built, devices }: Cuda): string {
  if (wanted === 'auto') return devices > 0 ? 'cuda:0' : 'cpu';
  if (wanted === 'cpu') return wanted;
  const index = wanted === 'cuda' ? 0 : Number(wanted.slice('cuda:'.length));
  if (index < devices) return `cuda:${index}`;
  const where = `--device ${wanted}`;
  if (!built) {
    throw new UserError({
      where,
      problem: 'the torch engine has no CUDA',
      found: `LibTorch ${version}, built for the CPU only`,
      remedy:
        'LIBTORCH=/path npm run setup -- --force   (a LibTorch built with CUDA: a download from pytorch.org, or the torch ' +
        'folder of a Python package)\nor --device cpu',
    });
  }
  throw new UserError({
    where,
    problem: devices === 0 ? 'no GPU is seen' : 'there is no such GPU',
    found: `LibTorch ${version}, built with CUDA, sees ${devices} GPUs`,
    ...(devices > 0 && { expected: devices === 1 ? 'cuda:0' : `cuda:0 to cuda:${devices - 1}` }),
    remedy:
      devices > 0
        ? '--device cuda:0'
        : "see whether nvidia-smi shows the GPU; if it does, check CUDA_VISIBLE_DEVICES and the driver's version\n" +
          'or --device cpu',
  });
}
