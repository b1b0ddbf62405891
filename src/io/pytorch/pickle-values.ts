/**
 * What a pickle of PyTorch's is made of, as data. Nothing here is a Python object, and nothing in it is ever called.
 */

/** Anything that a pickle may hold. Lists and tuples are both arrays. */
export type PickleValue =
  null | boolean | number | bigint | string | Uint8Array | PickleValue[] | PickleDict | PickleObject;

/** A Python dict, in its order. Keys that are no text or number are told apart by identity, which no reader needs. */
export class PickleDict extends Map<PickleValue, PickleValue> {}

/** What is neither plain data nor a container. */
export abstract class PickleObject {
  /** What it is, for messages: `torch.FloatStorage`. */
  abstract readonly description: string;
}

/** The name of a class or a function, such as `collections.OrderedDict`: a name and no more. */
export class PickleGlobal extends PickleObject {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {
    super();
  }

  override get description(): string {
    return `${this.module}.${this.name}`;
  }
}

/**
 * Stands where the pickle has an object of a class that is not known here, such as a callback's state or a config in a
 * Lightning checkpoint. Of such an object only the name of its class is kept.
 */
export class InertObject extends PickleObject {
  constructor(readonly className: string) {
    super();
  }

  override get description(): string {
    return `an object of class ${this.className}`;
  }
}

/**
 * An object of a class that a TorchScript program defines, `__torch__.torch.nn.modules.linear.Linear`: a module, whose
 * attributes are its parameters, buffers, settings and children. Of a class with a form of its own there is no state.
 */
export class ScriptObject extends PickleObject {
  state: PickleDict | undefined;

  constructor(readonly className: string) {
    super();
  }

  override get description(): string {
    return `an object of class ${this.className}`;
  }
}

/** A pickle that is damaged, asks for something that is not given, or is too large to be one. */
export class PickleError extends Error {
  override readonly name = 'PickleError';

  constructor(
    message: string,
    /** A remedy that fits better than to fetch the file again. */
    readonly remedy?: string,
  ) {
    super(message);
  }
}

/** A whole number that an index or a size may be, or undefined. */
export function asSize(value: PickleValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Whole numbers from 0 on, or undefined. */
export function asSizes(value: PickleValue | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const sizes = value.map(asSize);
  return sizes.includes(undefined) ? undefined : (sizes as number[]);
}

/** A value named for messages, in a few words whatever it holds. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string') return value.length > 60 ? `'${value.slice(0, 60)}…'` : `'${value}'`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof PickleDict) return `a dict of ${value.size}`;
  if (value instanceof PickleObject) return value.description;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return String(value).slice(0, 60);
}
