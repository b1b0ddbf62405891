import type { ByteReader } from './byte-reader.js';
import { describeValue, PickleError, type PickleValue } from './pickle-values.js';

/** Longest integer: PyTorch's magic number has 10 bytes, a random generator's state some 16. */
const MAX_INTEGER_BYTES = 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The value that an opcode of a number, a text or bytes stands for; undefined where the opcode is none of them. */
export function readLiteral(opcode: number, reader: ByteReader): PickleValue | undefined {
  switch (opcode) {
    case 0x4e: // NONE
      return null;
    case 0x88: // NEWTRUE
      return true;
    case 0x89: // NEWFALSE
      return false;
    case 0x4b: // BININT1
      return reader.uint8();
    case 0x4d: // BININT2
      return reader.uint16();
    case 0x4a: // BININT
      return reader.int32();
    case 0x49: // INT
      return integerOrBoolean(readText(reader.line()));
    case 0x4c: // LONG
      return readInteger(readText(reader.line()).replace(/L$/, ''));
    case 0x8a: // LONG1
      return longInteger(reader, reader.uint8());
    case 0x8b: // LONG4
      return longInteger(reader, reader.int32());
    case 0x46: // FLOAT
      return decimal(readText(reader.line()));
    case 0x47: // BINFLOAT
      return reader.float64();

    case 0x56: // UNICODE
      return rawUnicode(readText(reader.line()));
    case 0x8c: // SHORT_BINUNICODE
      return readText(reader.bytes(reader.uint8()));
    case 0x58: // BINUNICODE
      return readText(reader.bytes(reader.uint32()));
    case 0x8d: // BINUNICODE8
      return readText(reader.bytes(reader.uint64()));
    case 0x53: // STRING
      return textOrBytes(unquoted(reader.line()));
    case 0x55: // SHORT_BINSTRING
      return textOrBytes(reader.bytes(reader.uint8()));
    case 0x54: // BINSTRING
      return textOrBytes(reader.bytes(reader.int32()));
    case 0x43: // SHORT_BINBYTES
      return reader.bytes(reader.uint8());
    case 0x42: // BINBYTES
      return reader.bytes(reader.uint32());
    case 0x8e: // BINBYTES8
    case 0x96: // BYTEARRAY8
      return reader.bytes(reader.uint64());
    default:
      return undefined;
  }
}

/** @throws PickleError where it is no text */
export function readText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new PickleError('a text in it is not UTF-8');
  }
}

/** What Python 2 called a string: text or bytes. */
function textOrBytes(bytes: Buffer): string | Uint8Array {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes;
  }
}

/** A text in quotes; escapes, which no name of a weight needs, are refused. */
function unquoted(line: Buffer): Buffer {
  const quote = line.at(0);
  if (line.length < 2 || (quote !== 0x22 && quote !== 0x27) || line.at(-1) !== quote || line.includes(0x5c)) {
    throw new PickleError(`a text in it is not readable: ${JSON.stringify(line.toString('latin1').slice(0, 60))}`);
  }
  return line.subarray(1, -1);
}

/** Text whose line ends and backslashes are escaped. */
function rawUnicode(line: string): string {
  return line.replaceAll(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function integerOrBoolean(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01';
  return readInteger(line);
}

/** A whole number in digits. */
export function readInteger(digits: string): number | bigint {
  if (!/^-?\d{1,1000}$/.test(digits.trim()))
    throw new PickleError(`it has ${describeValue(digits)} for a whole number`);
  return narrow(BigInt(digits.trim()));
}

/** Two's complement, little-endian, of any length. */
function longInteger(reader: ByteReader, length: number): number | bigint {
  if (length < 0 || length > MAX_INTEGER_BYTES) throw new PickleError(`it claims a whole number of ${length} bytes`);
  if (length === 0) return 0;
  const unsigned = BigInt(`0x${reader.bytes(length).reverse().toString('hex')}`);
  return narrow(BigInt.asIntN(8 * length, unsigned));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decimal(line: string): number {
  const value = Number(line.trim().replace(/^([+-]?)(inf|infinity)$/i, '$1Infinity'));
  if (Number.isNaN(value) && !/^[+-]?nan$/i.test(line.trim())) {
    throw new PickleError(`it has ${describeValue(line)} for a number`);
  }
  return value;
}
