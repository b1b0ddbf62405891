import { join } from 'node:path';
import { nearestNames, UserError } from '../errors.js';
import { completionScript, shells } from './completion/scripts.js';
import { packageRoot } from '../io/package-root.js';

/** `ldm completion SHELL`: the script that makes a shell complete our commands. Returns the exit code. */
export function completion(name: string): number {
  const shell = shells.find((known) => known === name);
  if (shell === undefined) {
    throw new UserError({
      where: 'ldm completion',
      problem: 'there is no completion for this shell',
      found: name,
      expected: shells.join(', '),
      nearest: nearestNames(name, shells),
    });
  }
  process.stdout.write(completionScript(shell, [process.execPath, join(packageRoot(), 'bin', 'ldm.mjs')]));
  return 0;
}
