import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.js';
import type { Addon } from './index.js';

/** The folder of this package's package.json, whether this file runs from src/ or, compiled, from dist/src/. */
function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
      if (name === 'ldm-runner') return folder;
    }
    if (folder === dirname(folder)) throw new Error('src/engine/addon/load.ts lies outside the package ldm-runner');
  }
}

/** Where the addon is looked for: `LDM_TORCH_ADDON`, or where set-up builds it. */
export function addonPath(): string {
  const override = process.env.LDM_TORCH_ADDON;
  return override ? resolve(override) : join(packageRoot(), 'build', 'native', 'ldm_torch.node');
}

let loaded: Addon | undefined;

/**
 * The addon, loaded once.
 * @throws UserError when it is not built or cannot be loaded: names the path and the command that builds it
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const path = addonPath();
  const remedy = 'npm run setup   (finds or installs LibTorch and builds the native engine)';
  if (!existsSync(path)) {
    throw new UserError({ where: path, problem: 'the native engine is not built', remedy });
  }
  limitSpinning();
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      { where: path, problem: `the native engine does not load: ${reason}`, remedy },
      { cause: error },
    );
  }
  loaded.setMemoryLimit(memoryLimit());
  return loaded;
}

/**
 * Bytes that tensors may take: `LDM_MEMORY_LIMIT`, or all there is, of the machine or of the container. Where the system
 * promises more than it has, going beyond would end the process; so it is an error that names what to lower.
 */
function memoryLimit(): number {
  const given = Number(process.env.LDM_MEMORY_LIMIT);
  if (Number.isSafeInteger(given) && given > 0) return given;
  // Of a control group; 0 or beyond all bounds where none limits the process.
  const constrained = process.constrainedMemory();
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem();
}

/**
 * GNU OpenMP reads its environment when the addon brings it in. By default its threads spin for about a millisecond after
 * each parallel part; where cores are shared, with another process or by a hypervisor that meters them, that makes a
 * step up to ten times slower. A tenth of that time still bridges the gap between two kernels.
 */
function limitSpinning(): void {
  if (process.env.OMP_WAIT_POLICY === undefined) process.env.GOMP_SPINCOUNT ??= '30000';
}
