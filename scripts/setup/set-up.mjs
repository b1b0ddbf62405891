import { commands } from './commands.mjs';
import { withLock } from './lock.mjs';
import { nativeEngine } from './native-engine.mjs';
import { npmPackages } from './npm-packages.mjs';
import { SetupError } from './setup-error.mjs';
import { typescriptBuild } from './typescript-build.mjs';

/** In order: each may need those before it. The slow one comes last, so that a type error is told at once. */
const STEPS = [npmPackages, commands, typescriptBuild, nativeEngine];

/**
 * Does what is missing and says so; says nothing where nothing is.
 *
 * @param {import('./world.mjs').World} world
 * @param {readonly { isDone(world: import('./world.mjs').World): boolean, perform(world: import('./world.mjs').World): unknown }[]} [steps]
 * @returns {Promise<number>} the exit code
 */
export async function setUp(world, steps = STEPS) {
  if (steps.every((step) => step.isDone(world))) return 0;
  return withLock(world, async () => {
    try {
      // Asked again under the lock: another set-up may have done it meanwhile.
      for (const step of steps) if (!step.isDone(world)) await step.perform(world);
      return 0;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      world.report.fail(error.message);
      return error.exitCode;
    }
  });
}
