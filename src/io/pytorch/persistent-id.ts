import { asSize, describeValue, InertObject, PickleError, PickleGlobal, type PickleValue } from './pickle-values.js';
import { elementTypeOfStorage } from './storage-types.js';
import { StorageRecord } from './tensor-record.js';

/**
 * What a persistent id of torch.save's stands for: `('storage', class, key, location, element count)`, with the part
 * that a view covers as a sixth in old files, or `('module', class, file, source)`, an old file's copy of a source text.
 * The location, the device it was saved from, does not matter here.
 */
export function loadPersistentId(id: PickleValue): PickleValue {
  const [kind, type, key, , count, view = null] = Array.isArray(id) ? id : [];
  if (kind === 'module') return type instanceof PickleGlobal ? type : new InertObject('torch.nn.Module');
  const numel = asSize(count);
  if (kind !== 'storage' || typeof key !== 'string' || numel === undefined) {
    throw new PickleError(`it refers to ${describeValue(id)} outside of it, which is no storage`);
  }
  const elements = type instanceof PickleGlobal ? elementTypeOfStorage(type.name) : undefined;
  if (!elements) throw new PickleError(`it has a storage of class ${describeValue(type)}, which is not known`);
  if (view === null) return new StorageRecord(key, elements, numel);
  const [, viewOffset, viewCount] = (Array.isArray(view) ? view : []).map(asSize);
  if (viewOffset === undefined || viewCount === undefined || viewOffset + viewCount > numel) {
    throw new PickleError(`storage ${key}: it has a view that does not lie in it`);
  }
  return new StorageRecord(key, elements, numel, viewOffset, viewCount);
}
