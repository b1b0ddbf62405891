import { nearestNames, type Problem } from '../errors.js';
import type { Params, ParamsSchema } from '../params.js';

/** A mistake that a component's own cross-field rule found, at a path relative to its `params`. */
export interface ParamProblem extends Omit<Problem, 'where' | 'path'> {
  readonly path: readonly (string | number)[];
}

/**
 * Builds a nested component from its config: `{ target, params }`, or a bare name such as `__is_first_stage__`.
 * The caller states the type it expects: which classes a slot takes is a matter of kinds, checked by validation.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one cast, made where the slot is read
export type Build = <T = unknown>(config: unknown) => T;

/**
 * One entry of the registry: a name that configs may use as `target`, what its `params` may be, and how to load it.
 * A property of `params` that holds another component is written `{ component: '<kind>', description }`, or with a
 * list of kinds; with `default: null` the slot may be empty. It may also stand in `items`, `additionalProperties` and
 * `anyOf`. The description is not optional: by it TypeScript knows the slot for a JSON Schema.
 */
export interface Component {
  /** The canonical short name, e.g. `UNetModel`. */
  readonly target: string;
  /** Published names of the same thing, e.g. `ldm.modules.diffusionmodules.openaimodel.UNetModel`. */
  readonly aliases?: readonly string[];
  /** What it is: `network`, `model`, `dataset`, `data-module`, `callback`, `loss` …; slots accept by kind. */
  readonly kind: string;
  /** One line for `ldm list`. */
  readonly summary: string;
  /** Where it comes from: the paper or the published file. */
  readonly source: string;
  readonly params: ParamsSchema;
  /** Rules across fields; called only when `params` and all nested components are valid, with defaults filled in. */
  readonly check?: (params: never) => readonly ParamProblem[];
  /**
   * Imports the code when a config uses the component, then constructs synchronously. Written as
   * `async () => { const { X } = await import('…'); return (params, build) => new X(…); }`: TypeScript infers the
   * types of `params` through `await`, not through `.then`.
   */
  readonly load: () => Promise<(params: never, build: Build) => unknown>;
}

/** A component whose parameters are known by its schema. */
export interface TypedComponent<S extends ParamsSchema, T> extends Component {
  readonly params: S;
  readonly check?: (params: Params<S>) => readonly ParamProblem[];
  readonly load: () => Promise<(params: Params<S>, build: Build) => T>;
}

/** Types a component by its own schema, so that `check` and the factory see the parameters it declares. */
export function defineComponent<const S extends ParamsSchema, T>(
  component: TypedComponent<S, T>,
): TypedComponent<S, T> {
  return component;
}

/** All components by name and alias. Two components that claim one name are a bug and throw. */
export class Registry {
  readonly #components: readonly Component[];
  readonly #byName = new Map<string, Component>();

  constructor(components: Iterable<Component>) {
    this.#components = [...components];
    for (const component of this.#components) {
      for (const name of [component.target, ...(component.aliases ?? [])]) {
        const other = this.#byName.get(name);
        if (other !== undefined) {
          throw new Error(`Registry: "${name}" names both ${other.target} and ${component.target}`);
        }
        this.#byName.set(name, component);
      }
    }
  }

  /** The component of this name or alias. */
  resolve(name: string): Component | undefined {
    return this.#byName.get(name);
  }

  /** The canonical names, in order of registration. */
  names(): string[] {
    return this.#components.map(({ target }) => target);
  }

  /** The components of these kinds, or all. */
  components(kind?: string | readonly string[]): Component[] {
    if (kind === undefined) return [...this.#components];
    const kinds = new Set(typeof kind === 'string' ? [kind] : kind);
    return this.#components.filter((component) => kinds.has(component.kind));
  }

  /**
   * The names nearest to a mistyped target, best first: canonical, or an alias such as `__is_first_stage__`. Compares the last dotted segments: published names
   * share long prefixes, which would make all of them look alike.
   */
  nearest(name: string, kind?: string | readonly string[]): string[] {
    const bySegment = new Map<string, string>();
    for (const { target, aliases = [] } of this.components(kind)) {
      for (const known of [target, ...aliases]) {
        bySegment.set(lastSegment(known), known.includes('.') ? target : known);
      }
    }
    const segments = nearestNames(lastSegment(name), bySegment.keys());
    return [...new Set(segments.map((segment) => bySegment.get(segment) ?? segment))];
  }
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
