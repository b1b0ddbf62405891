import { arrayTypes, elementCount, type HostDType } from './host-tensor.js';

/** One tensor's entry in a safetensors header; offsets are bytes from the start of the data. */
export interface TensorEntry {
  readonly dtype: HostDType;
  readonly shape: readonly number[];
  readonly offsets: readonly [begin: number, end: number];
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The format's own limit, which keeps a damaged length from asking for gigabytes. */
export const MAX_HEADER_BYTES = 100_000_000;

/** A header that breaks the format; `tensor` is the entry at fault, where it is one. */
export class HeaderError extends Error {
  override readonly name = 'HeaderError';

  constructor(
    message: string,
    readonly tensor?: string,
  ) {
    super(message);
  }
}

/** The header's JSON, padded with spaces so that the data that follow the 8-byte length and it begin at a multiple of 8. */
export function encodeHeader({ entries, metadata }: SafetensorsHeader): Buffer {
  // Assembled by hand: an object would lose a tensor named `__proto__`.
  const parts = [`"__metadata__":${JSON.stringify(metadata)}`];
  for (const [name, { dtype, shape, offsets }] of entries) {
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: offsets })}`);
  }
  const json = Buffer.from(`{${parts.join(',')}}`);
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  return padded;
}

/**
 * Parses and checks a header: every entry well formed, sizes as dtype and shape say, tensors covering the data
 * without a hole or an overlap.
 * @param dataBytes how many bytes of data follow the header in the file.
 * @throws HeaderError saying what is wrong, and with which tensor.
 */
export function decodeHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    throw new HeaderError('its header is not JSON');
  }
  if (!isRecord(parsed)) throw new HeaderError('its header is not a JSON object');

  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === '__metadata__') metadata = decodeMetadata(value);
    else entries.set(name, decodeEntry(name, value));
  }
  checkCoverage(entries, dataBytes);
  return { entries, metadata };
}

function decodeMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw new HeaderError('the metadata in its header are not a JSON object');
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
  if (wrong) throw new HeaderError(`the entry '${wrong[0]}' of its metadata is not a string`);
  return value as Record<string, string>;
}

function decodeEntry(name: string, value: unknown): TensorEntry {
  const fail = (message: string): never => {
    throw new HeaderError(message, name);
  };
  if (!isRecord(value)) return fail('its entry is not a JSON object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') return fail('its entry has no dtype');
  if (!isHostDType(dtype)) {
    return fail(`its dtype ${dtype} is not supported; supported: ${Object.keys(arrayTypes).join(', ')}`);
  }
  if (!isSizes(shape)) return fail('its shape is not a list of whole numbers');
  if (!isSizes(offsets) || offsets.length !== 2) return fail('its data_offsets are not two whole numbers');
  const [begin = 0, end = 0] = offsets;
  const expected = elementCount(shape) * arrayTypes[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== expected) {
    return fail(`its entry spans ${end - begin} bytes, but ${dtype} of shape [${shape.join(', ')}] takes ${expected}`);
  }
  return { dtype, shape, offsets: [begin, end] };
}

function checkCoverage(entries: ReadonlyMap<string, TensorEntry>, dataBytes: number): void {
  const byOffset = [...entries].sort(([, { offsets: a }], [, { offsets: b }]) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  for (const [name, { offsets }] of byOffset) {
    if (offsets[0] !== covered) {
      throw new HeaderError(`its data begin at byte ${offsets[0]}, where byte ${covered} was expected`, name);
    }
    if (offsets[1] > dataBytes) {
      throw new HeaderError(
        `its data end at byte ${offsets[1]}, but the file has only ${dataBytes} bytes of data`,
        name,
      );
    }
    covered = offsets[1];
  }
  if (covered !== dataBytes) {
    throw new HeaderError(`${dataBytes - covered} bytes at its end belong to no tensor`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isHostDType(name: string): name is HostDType {
  return Object.hasOwn(arrayTypes, name);
}
