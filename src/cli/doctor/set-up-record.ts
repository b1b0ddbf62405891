import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../io/package-root.js';

/** What `scripts/setup.mjs` found and did about the native engine: build/engine.json. */
export interface SetUpRecord {
  readonly status: 'built' | 'no-libtorch' | 'no-tools' | 'build-failed';
  readonly libtorch?: { readonly prefix: string; readonly version: string; readonly source: string };
  readonly reason?: string;
  /** The command that mends it. */
  readonly remedy?: string;
}

/** Undefined where set-up has not run here. */
export function setUpRecord(): SetUpRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(packageRoot(), 'build', 'engine.json'), 'utf8')) as SetUpRecord;
  } catch {
    return undefined;
  }
}
