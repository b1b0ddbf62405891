import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { packageRoot } from '../io/package-root.js';

/** What native/src/images/addon.cc exports. */
export interface ImageAddon {
  /**
   * Decodes a JPEG of this size into RGB or gray, as `out` has room for, on one of libuv's threads.
   * @returns whether it could; not where anything is unusual or wrong, and then `out` holds nothing of use
   */
  decodeJpeg(bytes: Uint8Array, out: Uint8Array, width: number, height: number): Promise<boolean>;
}

let loaded: { readonly path: string; readonly addon: ImageAddon | undefined } | undefined;

/** Where the addon is looked for: `LDM_IMAGES_ADDON`, or where set-up builds it. */
export function imageAddonPath(): string {
  const override = process.env.LDM_IMAGES_ADDON;
  return override ? resolve(override) : join(packageRoot(), 'build', 'native', 'ldm_images.node');
}

/**
 * The native part of loading images, or undefined where it was not built, for want of libjpeg-turbo: sharp and JavaScript
 * then give the same numbers in several times the time.
 * @throws UserError where it was built and cannot be loaded
 */
export function imageAddon(): ImageAddon | undefined {
  const path = imageAddonPath();
  if (loaded?.path === path) return loaded.addon;
  loaded = { path, addon: existsSync(path) ? load(path) : undefined };
  return loaded.addon;
}

function load(path: string): ImageAddon {
  try {
    return createRequire(import.meta.url)(path) as ImageAddon;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const problem = `the native decoder does not load: ${reason}`;
    throw new UserError({ where: path, problem, remedy: 'npm run setup   (builds it again)' }, { cause });
  }
}
