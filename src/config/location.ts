import { childOf, type ConfigNode, type Origin, type Path } from './tree.js';

/**
 * A value together with where it hangs in the config, which relative references depend on. The same value can hang in
 * several places: YAML aliases and references share it.
 */
export class Location {
  readonly #children = new Map<string, Location>();

  constructor(
    readonly node: ConfigNode,
    readonly parent?: Location,
    readonly step: string | number = '',
    /** Whether text in it is to be taken as it is, because it is what an interpolation gave. */
    readonly isFinal = false,
  ) {}

  get path(): Path {
    return this.parent ? [...this.parent.path, this.step] : [];
  }

  /** Where the value was written, or else the nearest value around it. */
  get origin(): Origin | undefined {
    return this.node.origin ?? this.parent?.origin;
  }

  get root(): Location {
    return this.parent?.root ?? this;
  }

  /** What hangs under a key, or under an index written in digits. */
  child(step: string | number): Location | undefined {
    const isIndex = this.node.kind === 'list';
    if (isIndex && !/^\d+$/.test(String(step))) return undefined;
    const name = isIndex ? Number(step) : step;
    const known = this.#children.get(String(name));
    if (known) return known;
    const node = childOf(this.node, name);
    if (!node) return undefined;
    const child = new Location(node, this, name, this.isFinal);
    this.#children.set(String(name), child);
    return child;
  }

  /** Everything that hangs here, with its key or index. */
  children(): [string, Location][] {
    const { node } = this;
    const steps = node.kind === 'map' ? [...node.entries.keys()] : node.kind === 'list' ? [...node.items.keys()] : [];
    return steps.flatMap((step) => {
      const child = this.child(step);
      return child ? [[String(step), child]] : [];
    });
  }

  /** The same place with another value in it. */
  holding(node: ConfigNode, isFinal: boolean): Location {
    return new Location(node, this.parent, this.step, isFinal);
  }
}
