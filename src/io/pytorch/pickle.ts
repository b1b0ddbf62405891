import type { ByteReader } from './byte-reader.js';
import { callGlobal, instantiate, resolveGlobal } from './constructors.js';
import { readInteger, readLiteral, readText } from './pickle-literals.js';
import {
  describeValue,
  InertObject,
  PickleDict,
  PickleError,
  PickleGlobal,
  PickleObject,
  ScriptObject,
  type PickleValue,
} from './pickle-values.js';

/** Newest protocol of Python. */
const MAX_PROTOCOL = 5;

/** The opcode that ends a pickle; the others stand where they are carried out. */
const STOP = 0x2e;

/**
 * A checkpoint of a network with a thousand weights and its optimizer takes some 200,000 operations and 20,000
 * containers. Both are limited so that a small file cannot ask for much memory.
 */
const MAX_OPERATIONS = 3_000_000;
const MAX_CONTAINERS = 300_000;

/** Gives what a persistent id stands for: something that lies outside the pickle. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

/**
 * Reads one pickle and leaves the reader behind it. A pickle is a program for a small stack machine, which in Python
 * may call anything; this machine builds data only, from the names that constructors.ts lists.
 *
 * @throws PickleError on a pickle that is damaged, too large, or asks for anything else
 */
export function readPickle(reader: ByteReader, persistentLoad: PersistentLoad = refusePersistentId): PickleValue {
  return new Unpickler(reader, persistentLoad).run();
}

function refusePersistentId(id: PickleValue): never {
  throw new PickleError(`it refers to ${describeValue(id)} outside of it`);
}

class Unpickler {
  readonly #reader: ByteReader;
  readonly #persistentLoad: PersistentLoad;
  readonly #memo = new Map<number, PickleValue>();
  #stack: PickleValue[] = [];
  /** The stacks below each mark. */
  readonly #marks: PickleValue[][] = [];
  #containers = 0;

  constructor(reader: ByteReader, persistentLoad: PersistentLoad) {
    this.#reader = reader;
    this.#persistentLoad = persistentLoad;
  }

  run(): PickleValue {
    for (let operations = 0; operations < MAX_OPERATIONS; operations++) {
      const opcode = this.#reader.uint8();
      if (opcode === STOP) return this.#pop();
      const value = this.#valueOf(opcode);
      if (value === undefined) this.#act(opcode);
      else this.#stack.push(value);
    }
    throw new PickleError(`it has more than ${MAX_OPERATIONS} operations`);
  }

  /** What the opcode pushes; undefined where it pushes nothing. */
  #valueOf(opcode: number): PickleValue | undefined {
    const literal = readLiteral(opcode, this.#reader);
    if (literal !== undefined) return literal;
    const recalled = this.#recalled(opcode);
    return recalled === undefined ? this.#container(opcode) : recalled;
  }

  /** A value that is there already; undefined where the opcode asks for none. */
  #recalled(opcode: number): PickleValue | undefined {
    switch (opcode) {
      case 0x32: // DUP
        return this.#top();
      case 0x67: // GET
        return this.#recall(Number(readInteger(readText(this.#reader.line()))));
      case 0x68: // BINGET
        return this.#recall(this.#reader.uint8());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#reader.uint32());
      case 0x50: // PERSID
        return this.#persistentLoad(readText(this.#reader.line()));
      case 0x51: // BINPERSID
        return this.#persistentLoad(this.#pop());
      default:
        return undefined;
    }
  }

  /** A new container or object; undefined where the opcode makes none. */
  #container(opcode: number): PickleValue | undefined {
    const made = this.#make(opcode);
    if (made !== undefined) this.#countContainer();
    return made;
  }

  #countContainer(): void {
    this.#containers += 1;
    if (this.#containers > MAX_CONTAINERS) throw new PickleError(`it has more than ${MAX_CONTAINERS} containers`);
  }

  #make(opcode: number): PickleValue | undefined {
    switch (opcode) {
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        return [];
      case 0x74: // TUPLE
      case 0x6c: // LIST
        return this.#popMark();
      case 0x85: // TUPLE1
        return this.#popMany(1);
      case 0x86: // TUPLE2
        return this.#popMany(2);
      case 0x87: // TUPLE3
        return this.#popMany(3);
      case 0x7d: // EMPTY_DICT
        return new PickleDict();
      case 0x64: // DICT
        return setPairs(new PickleDict(), this.#popMark());
      case 0x8f: // EMPTY_SET
        return new InertObject('builtins.set');
      case 0x91: // FROZENSET
        this.#popMark();
        return new InertObject('builtins.frozenset');

      case 0x63: // GLOBAL
        return resolveGlobal(readText(this.#reader.line()), readText(this.#reader.line()));
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        if (typeof module === 'string' && typeof name === 'string') return resolveGlobal(module, name);
        throw new PickleError(`it names ${describeValue(module)} and ${describeValue(name)}`);
      }
      case 0x52: {
        // REDUCE
        const [callable, args] = this.#popMany(2);
        return callGlobal(callable, args);
      }
      case 0x81: {
        // NEWOBJ
        const [type, args] = this.#popMany(2);
        return instantiate(type, args);
      }
      case 0x92: {
        // NEWOBJ_EX
        const [type, args] = this.#popMany(3);
        return instantiate(type, args);
      }
      case 0x69: {
        // INST
        const type = resolveGlobal(readText(this.#reader.line()), readText(this.#reader.line()));
        return instantiate(type, this.#popMark());
      }
      case 0x6f: {
        // OBJ
        const [type, ...args] = this.#popMark();
        return instantiate(type, args);
      }
      default:
        return undefined;
    }
  }

  /** What only changes what is there. */
  #act(opcode: number): void {
    switch (opcode) {
      case 0x80: {
        // PROTO
        const protocol = this.#reader.uint8();
        if (protocol > MAX_PROTOCOL) throw new PickleError(`its protocol ${protocol} is not known`);
        break;
      }
      case 0x95: // FRAME: how much to fetch ahead
        this.#reader.uint64();
        break;
      case 0x28: // MARK
        this.#countContainer();
        this.#marks.push(this.#stack);
        this.#stack = [];
        break;
      case 0x30: // POP: with nothing above it, the mark itself
        if (this.#stack.length > 0) this.#pop();
        else this.#popMark();
        break;
      case 0x31: // POP_MARK
        this.#popMark();
        break;
      case 0x61: // APPEND
        this.#append(this.#popMany(1));
        break;
      case 0x65: // APPENDS
        this.#append(this.#popMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#popMany(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#popMark());
        break;
      case 0x90: // ADDITEMS
        this.#popMark();
        this.#expectInert('adds items to');
        break;
      case 0x70: // PUT
        this.#memo.set(Number(readInteger(readText(this.#reader.line()))), this.#top());
        break;
      case 0x71: // BINPUT
        this.#memo.set(this.#reader.uint8(), this.#top());
        break;
      case 0x72: // LONG_BINPUT
        this.#memo.set(this.#reader.uint32(), this.#top());
        break;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 0x62: // BUILD
        this.#build();
        break;
      default:
        throw new PickleError(`it has the operation 0x${opcode.toString(16)}, which is not known`);
    }
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined) throw emptyStack();
    return value;
  }

  #popMany(count: number): PickleValue[] {
    if (this.#stack.length < count) throw emptyStack();
    return this.#stack.splice(-count);
  }

  #popMark(): PickleValue[] {
    const below = this.#marks.pop();
    if (!below) throw new PickleError('it goes back to a mark that it has not set');
    const above = this.#stack;
    this.#stack = below;
    return above;
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw new PickleError(`it recalls value ${index}, which it has not stored`);
    return value;
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) this.#expectInert('appends to');
    else for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const dict = this.#top();
    if (dict instanceof PickleDict) setPairs(dict, items);
    else this.#expectInert('sets items of');
  }

  /** Sets an object's state, in Python by calling its `__setstate__`; here only a script's objects keep theirs. */
  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (object instanceof ScriptObject && state instanceof PickleDict) object.state = state;
    // The state of a dict is what its class adds, such as the `_metadata` of a state dict.
    if (object instanceof PickleDict || (object instanceof PickleObject && !(object instanceof PickleGlobal))) return;
    throw new PickleError(`it sets the state of ${describeValue(object)}`);
  }

  #expectInert(action: string): void {
    const object = this.#top();
    if (!(object instanceof InertObject)) throw new PickleError(`it ${action} ${describeValue(object)}`);
  }
}

function emptyStack(): PickleError {
  return new PickleError('it takes more from its stack than there is');
}

function setPairs(dict: PickleDict, items: readonly PickleValue[]): PickleDict {
  if (items.length % 2 !== 0) throw new PickleError('it sets a key without a value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null);
  return dict;
}
