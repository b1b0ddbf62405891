import { registry } from '../../registry/index.js';
import { isUserTarget, type Component } from '../config/index.js';
import { UserError } from '../errors.js';
import { describeComponent, describeList } from './components/describe.js';
import { exampleOf } from './components/example.js';
import { choiceFlag, type Flags } from './flags.js';
import { terminalWidth } from './wrap.js';

/** `ldm list`: the components that a config may name. Returns the exit code. */
export function list(flags: Flags): number {
  const kinds = registry.kinds();
  const kind = flags.kind === undefined ? undefined : choiceFlag(flags, 'kind', kinds, '');
  const components = registry.components(kind);
  if (flags.json === true) {
    const data = components.map(({ target, aliases = [], kind, summary }) => ({ target, aliases, kind, summary }));
    console.log(JSON.stringify(data, null, 2));
  } else {
    console.log(describeList(components, terminalWidth()));
  }
  return 0;
}

/** `ldm show TARGET`: one component with its parameters. Returns the exit code. @throws UserError on an unknown name */
export async function show(target: string, flags: Flags): Promise<number> {
  const planned = registry.planned(target);
  if (planned) {
    throw new UserError({
      where: 'ldm show',
      problem: `${planned.target} is known, but not built yet`,
      found: target,
      expected: planned.summary,
      remedy: '"ldm list" lists what is there',
    });
  }
  const component = registry.resolve(target) ?? (isUserTarget(target) ? await userComponent(target) : undefined);
  if (!component) {
    throw new UserError({
      where: 'ldm show',
      problem: 'unknown component',
      found: target,
      nearest: registry.nearest(target),
      remedy: '"ldm list" lists the names',
    });
  }
  // Functions are not part of JSON: what is left is the description.
  console.log(flags.json === true ? JSON.stringify(component, null, 2) : pageOf(component));
  return 0;
}

/** A component of the user's own, by its file in the working folder. @throws UserError where it cannot be used */
async function userComponent(target: string): Promise<Component> {
  const { commandLineSurroundings, loadUserComponents } = await import('./user-components/index.js');
  const [loaded] = await loadUserComponents([{ text: target, ...commandLineSurroundings() }], registry);
  if (!loaded) throw new Error('one target was looked for, and nothing came back');
  if ('problem' in loaded.found) throw new UserError({ where: 'ldm show', ...loaded.found.problem });
  return loaded.found;
}

function pageOf(component: Component): string {
  return describeComponent(component, { registry, example: exampleOf(component), width: terminalWidth() });
}
