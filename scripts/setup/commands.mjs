import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const COMMANDS = ['ldm', 'run'];

/** `npx ldm` and `npx run` inside the checkout: npm links the commands of dependencies, not those of the project. */
export const commands = {
  isDone: (world) => COMMANDS.every((name) => linkedTo(linkPath(world, name)) === target(name)),

  perform(world) {
    mkdirSync(join(world.root, 'node_modules', '.bin'), { recursive: true });
    for (const name of COMMANDS) {
      rmSync(linkPath(world, name), { force: true });
      symlinkSync(target(name), linkPath(world, name));
    }
    world.report.say('linked the commands: npx ldm, npx run');
  },
};

const target = (name) => `../../bin/${name}.mjs`;
const linkPath = (world, name) => join(world.root, 'node_modules', '.bin', name);

function linkedTo(path) {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
