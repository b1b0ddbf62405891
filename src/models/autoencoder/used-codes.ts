import { FileError } from '../../errors.js';
import { readNpyIntegers } from '../../io/npy.js';

/**
 * Reads the list of a codebook's codes in use.
 * @throws FileError that names the file when it has no codes, more than one axis, or what is no code
 */
export function usedCodes(path: string, codes: number): Int32Array {
  const { shape, values } = readNpyIntegers(path);
  if (shape.length !== 1 || values.length === 0) {
    throw new FileError({
      where: path,
      problem: 'not a list of the codes in use',
      found: `an array of the shape [${shape.join(', ')}]`,
      expected: 'one axis with at least one code',
    });
  }
  const wrong = values.find((code) => code < 0 || code >= codes);
  if (wrong !== undefined) {
    throw new FileError({
      where: path,
      problem: `lists a code that the codebook has not`,
      found: String(wrong),
      expected: `integers from 0 to ${codes - 1}`,
    });
  }
  return values;
}
