import { realpathSync } from 'node:fs';
import {
  absoluteTarget,
  displayPath,
  parseUserTarget,
  type Component,
  type Registry,
  type TargetProblem,
  type UserTargetParts,
} from '../../config/index.js';
import { nearestNames } from '../../errors.js';
import { componentOf, looksLikeComponent } from './component-of.js';
import { loadUserModules, type Loaded } from './load-modules.js';
import { distrust, type Surroundings } from './trusted-file.js';

export { commandLineSurroundings, surroundingsOf } from './trusted-file.js';

/** A component of the user's own as it is named, and where. */
export interface NamedComponent extends Surroundings {
  readonly text: string;
}

/** A component of the user's own that was looked for. */
export interface FoundComponent {
  /** Its name from anywhere: the absolute path and the export. */
  readonly target: string;
  /** What it is, or why it cannot be used. */
  readonly found: Component | { readonly problem: TargetProblem };
}

/** A file of the user's own that may be loaded, and the name in it. */
interface Place extends UserTargetParts {
  readonly text: string;
  readonly target: string;
  /** The file itself where `file` is a link. */
  readonly real: string;
}

/** Loads the components of the user's own that are named. What is wrong with them comes back, for the caller to report. */
export async function loadUserComponents(
  named: readonly NamedComponent[],
  registry: Registry,
): Promise<readonly FoundComponent[]> {
  const places = named.map(locate);
  const modules = await loadUserModules([...new Set(places.flatMap((place) => ('real' in place ? [place.real] : [])))]);
  const kinds = registry.kinds();
  return places.map((place) => {
    if (!('real' in place)) return place;
    const module = modules.get(place.real) as Loaded;
    return { target: place.target, found: 'problem' in module ? module : pick(module.exports, place, kinds) };
  });
}

/** The file that a text names, if its code may be run. */
function locate({ text, ...surroundings }: NamedComponent): Place | FoundComponent {
  const parts = parseUserTarget(text);
  if ('problem' in parts) return { target: text, found: { problem: parts } };
  const target = absoluteTarget(parts, surroundings.folder);
  const file = absoluteTarget({ file: parts.file, name: undefined }, surroundings.folder);
  const problem = distrust(file, text, surroundings);
  return problem ? { target, found: { problem } } : { text, target, name: parts.name, file, real: realpathSync(file) };
}

/** The component of a name among what a file exports. */
function pick(
  exports: Readonly<Record<string, unknown>>,
  { text, target, file, name }: Place,
  kinds: readonly string[],
): FoundComponent['found'] {
  const shown = displayPath(file);
  if (name !== undefined && Object.hasOwn(exports, name)) {
    return componentOf(exports[name], { target, shown: `${shown}#${name}`, file: shown, kinds });
  }
  const names = Object.keys(exports).filter((key) => looksLikeComponent(exports[key]));
  const targetOf = (one: string): string => text.replace(/(?:#[^#]*)?$/, () => `#${one}`);
  const components = names.map(targetOf);
  const nearest = name === undefined ? [] : nearestNames(name, names).map(targetOf);
  return {
    problem: {
      problem: name === undefined ? `${shown} is a file, not a component in it` : `${shown} exports no "${name}"`,
      expected: components.length > 0 ? components.join(' or ') : `a component that ${shown} exports`,
      nearest,
      ...(components.length === 0 && {
        remedy: `export const ${name ?? 'MyUNet'} = defineComponent({ kind: …, summary: …, params: …, create: (params) => … })`,
      }),
    },
  };
}
