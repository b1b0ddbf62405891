import { crc32c } from '@node-rs/crc32';
import type { SafetensorsHeader, TensorEntry } from './safetensors-header.js';

/** The metadata entry that holds a file's checksums. Other programs pass over it. */
export const CHECKSUMS_KEY = 'ldm.crc32c';

/** CRC-32C by tensor name, and that of everything else the header says. */
export interface Checksums {
  readonly header: number;
  readonly tensors: ReadonlyMap<string, number>;
}

/** Large buffers go piece by piece: the library takes at most 2 GiB at once. */
const PIECE = 2 ** 30;

/** @param before that of what comes before these bytes */
export function checksum(bytes: Uint8Array, before = 0): number {
  let crc = before;
  for (let offset = 0; offset < bytes.length; offset += PIECE) {
    crc = crc32c(bytes.subarray(offset, offset + PIECE), crc);
  }
  return crc;
}

/** The checksum of a header's meaning: independent of the order of its entries and of its spacing. */
export function headerChecksum({ entries, metadata }: SafetensorsHeader): number {
  const tensors = [...entries]
    .sort(byName)
    .map(([name, { dtype, shape, offsets }]: [string, TensorEntry]) => [name, dtype, shape, offsets]);
  const texts = Object.entries(metadata)
    .filter(([key]) => key !== CHECKSUMS_KEY)
    .sort(byName);
  return crc32c(JSON.stringify([tensors, texts]));
}

export function encodeChecksums({ header, tensors }: Checksums): string {
  return JSON.stringify({
    header: hex(header),
    tensors: Object.fromEntries([...tensors].map(([k, v]) => [k, hex(v)])),
  });
}

/** @returns undefined where the text is not what {@link encodeChecksums} writes. */
export function decodeChecksums(text: string): Checksums | undefined {
  try {
    const { header, tensors } = JSON.parse(text) as { header: string; tensors: Record<string, string> };
    return {
      header: unhex(header),
      tensors: new Map(Object.entries(tensors).map(([name, crc]) => [name, unhex(crc)])),
    };
  } catch {
    return undefined;
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

function unhex(text: string): number {
  if (!/^[0-9a-f]{8}$/.test(text)) throw new TypeError(`not a checksum: ${text}`);
  return parseInt(text, 16);
}
