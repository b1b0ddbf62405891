import { FileError } from '../errors.js';
import { OpenFile } from './open-file.js';
import { ByteReader } from './pytorch/byte-reader.js';
import { PickleError } from './pytorch/pickle-values.js';
import { readPickle } from './pytorch/pickle.js';

/**
 * Reads a list of whole numbers that Python pickled.
 * @throws FileError where it cannot be read or is anything else
 */
export function readPickledIntegers(path: string): number[] {
  const file = new OpenFile(path);
  try {
    const list = readPickle(new ByteReader(file, 0, file.size));
    if (Array.isArray(list) && list.every((value) => Number.isInteger(value))) return list as number[];
    throw new PickleError('it holds something else');
  } catch (cause) {
    if (!(cause instanceof PickleError)) throw cause;
    const problem = `not a pickled list of whole numbers: ${cause.message}`;
    throw new FileError({ where: path, problem, remedy: 'pickle.dump(list(map(int, numbers)), file)' }, { cause });
  } finally {
    file.close();
  }
}
