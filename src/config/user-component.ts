import type { Params, ParamsSchema } from '../params.js';
import type { Build, NeededFile, ParamProblem, Traits, TraitsOf } from './component.js';

/**
 * A component of the user's own, exported by a file that a config names: `target: ./my/unet.ts#MyUNet`. It is what an
 * entry of the registry is, but for the names, which its file and its export give it.
 */
export interface UserComponent<S extends ParamsSchema = ParamsSchema, T = unknown> {
  /** What it is: `network`, `model`, `dataset`, `callback`, `loss` …; slots accept by kind. */
  readonly kind: string;
  /** One line for `ldm show`. */
  readonly summary: string;
  /** Where it comes from, e.g. a paper; the file where not given. */
  readonly source?: string;
  /** The JSON Schema of its parameters. */
  readonly params: S;
  /** Rules across parameters; called only when each of them is valid, with defaults filled in. */
  readonly check?: (params: Params<S>, traitsOf: TraitsOf) => readonly ParamProblem[];
  /** Facts for the rules of the components around it. */
  readonly traits?: (params: Params<S>) => Traits;
  /** The files that it reads; that these are there is checked before anything is built. */
  readonly needs?: (params: Params<S>) => readonly NeededFile[];
  /** Makes the thing itself, its parts by `build`; `params` are valid and have every default filled in. */
  readonly create: (params: Params<S>, build: Build) => T;
}

/** Types a component of the user's own by its schema, so that its functions see the parameters it declares. */
export function defineUserComponent<const S extends ParamsSchema, T>(
  component: UserComponent<S, T>,
): UserComponent<S, T> {
  return component;
}
