import { existsSync, readdirSync, statSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = new URL('../dist/src/cli/main.js', import.meta.url);

/**
 * Runs the command line compiled in dist/ in this process, so that signals reach it.
 *
 * @param {readonly string[]} args the verb and what follows
 */
export async function launch(args) {
  if (!existsSync(entry)) {
    console.error('ldm-runner is not set up yet.\n  to fix:       npm run setup');
    process.exitCode = 1;
    return;
  }
  if (isStale()) console.error('ldm: the sources are newer than dist/; to compile them: npm run build');
  // Node 22.8 and later keep compiled code between runs: less than half the start-up time.
  module.enableCompileCache?.();
  const { main } = await import(entry.href);
  process.exitCode = await main(args);
}

/** In a checkout: whether a source was written after the last compilation. An installed package has no sources. */
function isStale() {
  const stamp = join(root, 'dist', '.stamp.json');
  if (!existsSync(stamp) || !existsSync(join(root, 'src'))) return false;
  const compiled = statSync(stamp).mtimeMs;
  return ['src', 'registry'].some((folder) => isNewer(join(root, folder), compiled));
}

function isNewer(folder, time) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isNewer(path, time);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && statSync(path).mtimeMs > time;
  });
}
