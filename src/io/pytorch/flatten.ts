import { describeValue, PickleDict, PickleError, ScriptObject, type PickleValue } from './pickle-values.js';
import { TensorRecord } from './tensor-record.js';

/** Deeper than any checkpoint is nested. */
const MAX_DEPTH = 64;

/** The weights of a file that torch.save wrote. */
export interface SavedWeights {
  readonly records: ReadonlyMap<string, TensorRecord>;
  /** What lies beside them in the file, by name. */
  readonly leftOut: readonly string[];
  /** The training's progress, where the file says it. */
  readonly globalStep?: number;
  readonly epoch?: number;
}

/**
 * Finds the weights in what torch.save was given, as PyTorch's own users do:
 * - of a checkpoint, a dict with a dict `state_dict`, that one is meant;
 * - any other dict is meant whole; dicts and lists in it are flattened, their names joined by dots;
 * - of a TorchScript program, the tensors of its modules are meant, under their names in its `state_dict()`; a tensor
 *   that a module has as a mere attribute looks the same and is among them;
 * - a tensor by itself is called `tensor`.
 *
 * Values that are no tensors, a step count or an optimizer's settings, are left out.
 *
 * @param limit how many values there can be, counted with repetitions: what the file has room for
 * @throws PickleError where there are no weights
 */
export function findWeights(root: PickleValue, limit: number): SavedWeights {
  if (root instanceof TensorRecord) return { records: new Map([['tensor', root]]), leftOut: [] };
  if (root instanceof ScriptObject) return weightsOfScript(root, limit);
  if (!(root instanceof PickleDict) && !Array.isArray(root)) {
    throw new PickleError(
      `it holds ${describeValue(root)}, not weights by name`,
      'save the weights alone in PyTorch: torch.save(model.state_dict(), path)',
    );
  }
  const stateDict = root instanceof PickleDict ? root.get('state_dict') : undefined;
  if (!(root instanceof PickleDict) || stateDict === undefined) return flatten(root, limit);
  if (!(stateDict instanceof PickleDict)) {
    throw new PickleError(
      `its state_dict is ${describeValue(stateDict)}, not a dict`,
      'save it as a plain dict in PyTorch: torch.save({"state_dict": dict(model.state_dict())}, path)',
    );
  }
  const { records, leftOut } = flatten(stateDict, limit);
  const beside = [...root.keys()].filter((key) => key !== 'state_dict').map(nameOf);
  const globalStep = root.get('global_step');
  const epoch = root.get('epoch');
  return {
    records,
    leftOut: [...beside, ...leftOut.map((name) => `state_dict.${name}`)],
    ...(typeof globalStep === 'number' && { globalStep }),
    ...(typeof epoch === 'number' && { epoch }),
  };
}

function weightsOfScript(root: ScriptObject, limit: number): SavedWeights {
  const weights = flatten(root, limit);
  if (weights.records.size > 0) return weights;
  throw new PickleError(
    'it is a TorchScript program whose modules have no tensors, as torch.jit.freeze leaves them',
    'save the weights of the network that it was made from: torch.save(model.state_dict(), path)',
  );
}

function flatten(
  root: PickleDict | PickleValue[] | ScriptObject,
  limit: number,
): Pick<SavedWeights, 'records' | 'leftOut'> {
  const records = new Map<string, TensorRecord>();
  const leftOut: string[] = [];
  let visited = 0;
  const visit = (value: PickleValue, name: string, depth: number, inScript: boolean): void => {
    // A dict that holds itself, or one that holds another ten times over, ten times over.
    if (depth > MAX_DEPTH) throw new PickleError(`it is nested more than ${MAX_DEPTH} deep`);
    if (visited++ > limit) throw new PickleError(`it repeats its values: more than ${limit} of them`);
    if (value instanceof TensorRecord) {
      if (records.has(name)) throw new PickleError(`it has two tensors of the name ${describeValue(name)}`);
      records.set(name, value);
      return;
    }
    const entries = entriesOf(value, inScript);
    if (entries) {
      const within = value instanceof ScriptObject;
      for (const [key, item] of entries) {
        visit(item, name === '' ? nameOf(key) : `${name}.${nameOf(key)}`, depth + 1, within);
      }
      // Each module of a script has settings, such as `training`: they are no loss to speak of.
    } else if (name !== '' && (!inScript || value instanceof ScriptObject)) leftOut.push(name);
  };
  visit(root, '', 0, false);
  return { records, leftOut };
}

/** What lies in a value, by name; undefined where no weight can: lists and dicts of a script are not in its state_dict(). */
function entriesOf(value: PickleValue, inScript: boolean): Iterable<[PickleValue, PickleValue]> | undefined {
  if (value instanceof ScriptObject) return value.state;
  if (inScript) return undefined;
  if (value instanceof PickleDict) return value;
  return Array.isArray(value) ? value.entries() : undefined;
}

/** A key as a part of a name. */
function nameOf(key: PickleValue): string {
  return typeof key === 'string' ? key : describeValue(key);
}
