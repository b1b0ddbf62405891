import { nearestNames, type Problem } from '../errors.js';
import type { Params, ParamsSchema } from '../params.js';

/** A mistake that a component's own cross-field rule found, at a path relative to its `params`. */
export interface ParamProblem extends Omit<Problem, 'where' | 'path'> {
  readonly path: readonly (string | number)[];
}

/** What is wrong with a component that was named; where it was named is for the caller to say. */
export type TargetProblem = Omit<Problem, 'where' | 'path'>;

/** A file or folder that a component reads, named by one of its `params` or fixed by what the component is. */
export interface NeededFile {
  /** The value that names it, relative to `params`; empty where the component itself does. */
  readonly path: readonly (string | number)[];
  /** As the process opens it: absolute, or relative to the working folder. */
  readonly file: string;
  /** What should be there: `a folder of images`, `a file of weights`. */
  readonly what: string;
  /** How to get it, or what to do without. */
  readonly remedy?: string;
  /** Whether only a run that starts anew reads it: weights to begin with. */
  readonly initial?: boolean;
}

/**
 * What a component tells the rules of those around it, e.g. how many channels its latent images have: which facts there
 * are is for the registry to say, this folder only hands them on.
 */
export type Traits = Readonly<Record<string, unknown>>;

/** The traits of the component in a slot, `{ target, params }` or a bare name; none for an empty one. */
export type TraitsOf = (slot: unknown) => Traits;

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
  /**
   * What it is called with and gives back, with shapes in PyTorch's layout and ranges: `x [N, in_channels, H, W] -> …`.
   * Left out by what is not called with tensors.
   */
  readonly shapes?: string;
  /** Where it comes from: the paper or the published file. */
  readonly source: string;
  readonly params: ParamsSchema;
  /** Rules across fields; called only when `params` and all nested components are valid, with defaults filled in. */
  readonly check?: (params: never, traitsOf: TraitsOf) => readonly ParamProblem[];
  /** Facts for the rules of the components around it; called when its own `params` are valid. */
  readonly traits?: (params: never) => Traits;
  /** What it reads; that these are there is checked before anything is built. */
  readonly needs?: (params: never) => readonly NeededFile[];
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
  readonly check?: (params: Params<S>, traitsOf: TraitsOf) => readonly ParamProblem[];
  readonly traits?: (params: Params<S>) => Traits;
  readonly needs?: (params: Params<S>) => readonly NeededFile[];
  readonly load: () => Promise<(params: Params<S>, build: Build) => T>;
}

/** Types a component by its own schema, so that `check` and the factory see the parameters it declares. */
export function defineComponent<const S extends ParamsSchema, T>(
  component: TypedComponent<S, T>,
): TypedComponent<S, T> {
  return component;
}

/** A published component that configs name and that is not built yet: known, so that nobody takes it for a typo. */
export interface PlannedComponent {
  readonly target: string;
  readonly aliases?: readonly string[];
  readonly kind: string;
  /** What it would be, and what can be used in its place. */
  readonly summary: string;
}

/** All components by name and alias. Two components that claim one name are a bug and throw. */
export class Registry {
  readonly #components: readonly Component[];
  readonly #byName: ReadonlyMap<string, Component>;
  readonly #planned: ReadonlyMap<string, PlannedComponent>;
  readonly #refused: ReadonlyMap<string, TargetProblem>;

  constructor(
    components: Iterable<Component>,
    planned: Iterable<PlannedComponent> = [],
    refused: ReadonlyMap<string, TargetProblem> = new Map(),
  ) {
    this.#components = [...components];
    this.#refused = refused;
    this.#byName = byName(this.#components);
    this.#planned = byName(planned);
    const both = [...this.#planned.keys()].find((name) => this.#byName.has(name));
    if (both !== undefined) throw new Error(`Registry: "${both}" is planned and there`);
  }

  /** These components and more, and targets that were looked for and cannot be used, each with what is wrong. */
  with(components: Iterable<Component>, refused: ReadonlyMap<string, TargetProblem> = new Map()): Registry {
    const all = new Map([...this.#refused, ...refused]);
    return new Registry([...this.#components, ...components], new Set(this.#planned.values()), all);
  }

  /** What is wrong with a target that was looked for. */
  refusal(target: string): TargetProblem | undefined {
    return this.#refused.get(target);
  }

  /** The component of this name or alias that is known but not built yet. */
  planned(name: string): PlannedComponent | undefined {
    return this.#planned.get(name);
  }

  /** The component of this name or alias. */
  resolve(name: string): Component | undefined {
    return this.#byName.get(name);
  }

  /** What the component in a slot tells of itself; nothing where the slot is empty or the name unknown. */
  traitsOf(slot: unknown): Traits {
    const isMap = typeof slot === 'object' && slot !== null;
    const { target, params = {} } = isMap ? (slot as { target?: unknown; params?: unknown }) : { target: slot };
    const component = typeof target === 'string' ? this.resolve(target) : undefined;
    return component?.traits?.(params as never) ?? {};
  }

  /** The canonical names, in order of registration. */
  names(): string[] {
    return this.#components.map(({ target }) => target);
  }

  /** The kinds that there are, in order of registration. */
  kinds(): string[] {
    return [...new Set(this.#components.map(({ kind }) => kind))];
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

function byName<T extends { readonly target: string; readonly aliases?: readonly string[] }>(
  components: Iterable<T>,
): Map<string, T> {
  const named = new Map<string, T>();
  for (const component of components) {
    for (const name of [component.target, ...(component.aliases ?? [])]) {
      const other = named.get(name);
      if (other !== undefined) {
        throw new Error(`Registry: "${name}" names both ${other.target} and ${component.target}`);
      }
      named.set(name, component);
    }
  }
  return named;
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
